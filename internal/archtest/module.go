package archtest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the source of a module.
type module struct {
	path     string
	nested   []string // the paths of the modules within its tree
	packages []*pkg   // sorted by directory
}

// pkg is the source of a package, its tests included.
type pkg struct {
	dir   string
	files []file
}

type file struct {
	name string
	test bool
	ast  *ast.File
}

func readModule(tree fs.FS) (*module, error) {
	m := &module{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		switch {
		case !d.IsDir():
			return m.readFile(tree, name)
		case name == ".":
			return nil
		case base == "testdata", base == "vendor", strings.HasPrefix(base, "."), strings.HasPrefix(base, "_"):
			return fs.SkipDir
		}
		nested, err := modulePath(tree, name)
		if err != nil || nested == "" {
			return err
		}
		m.nested = append(m.nested, nested)
		return fs.SkipDir
	})
	if err != nil {
		return nil, err
	}
	m.path, err = modulePath(tree, ".")
	if err == nil && m.path == "" {
		err = errors.New("there is no go.mod at the root")
	}
	return m, err
}

// modulePath is the path of the module whose go.mod is in a directory, or "".
func modulePath(tree fs.FS, dir string) (string, error) {
	content, err := fs.ReadFile(tree, path.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(content)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "module" {
			return words[1], nil
		}
	}
	return "", fmt.Errorf("%s: no module line", path.Join(dir, "go.mod"))
}

func (m *module) readFile(tree fs.FS, name string) error {
	if path.Ext(name) != ".go" {
		return nil
	}
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir, base := path.Dir(name), path.Base(name)
	i := slices.IndexFunc(m.packages, func(p *pkg) bool { return p.dir == dir })
	if i < 0 {
		i = len(m.packages)
		m.packages = append(m.packages, &pkg{dir: dir})
	}
	p := m.packages[i]
	p.files = append(p.files, file{base, strings.HasSuffix(base, "_test.go"), parsed})
	return nil
}

// dir is the directory of a package, if it is of this module; else its path.
func (m *module) dir(imported string) (dir string, ours bool) {
	if imported == m.path {
		return ".", true
	}
	dir, ours = strings.CutPrefix(imported, m.path+"/")
	return dir, ours
}

// nestedModule is the nested module that a package belongs to, or "".
func (m *module) nestedModule(imported string) string {
	for _, nested := range m.nested {
		if imported == nested || strings.HasPrefix(imported, nested+"/") {
			return nested
		}
	}
	return ""
}

// name is what the package calls itself.
func (p *pkg) name() string {
	for _, f := range p.files {
		if !f.test {
			return f.ast.Name.Name
		}
	}
	return ""
}

func (f file) imports() []string {
	paths := make([]string, len(f.ast.Imports))
	for i, spec := range f.ast.Imports {
		paths[i], _ = strconv.Unquote(spec.Path.Value)
	}
	return paths
}
