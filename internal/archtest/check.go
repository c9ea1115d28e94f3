package archtest

import (
	"fmt"
	"go/ast"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Report is what Check found.
type Report struct {
	// Problems lists what is not as the table says, one line each, in the order of directories.
	Problems []string
	// Names counts the exported names at the top level of each package.
	Names map[string]int
}

// Check checks the module at the root of a tree against a table:
//
//   - every package has a row, and every row a package;
//   - a package imports directly what its row lists and nothing else, besides the standard library;
//   - only the files that a row names touch the machine: read a clock, start a goroutine, import os, net or randomness;
//   - only packages whose name ends in "test" import testify, but for tests;
//   - nothing imports a nested module, tests included;
//   - every package says in doc.go what it is (commands and internal packages: in any file), has a test, and no more
//     exported names than its row allows.
//
// The error says that the tree cannot be read.
func Check(tree fs.FS, table Table) (Report, error) {
	m, err := readModule(tree)
	if err != nil {
		return Report{}, err
	}
	report := Report{Names: map[string]int{}}
	for _, p := range m.packages {
		c := &check{module: m, pkg: p, report: &report}
		room, ok := table.room(p.dir)
		if !ok {
			c.problem("is not in the table of internal/archtest")
			continue
		}
		c.run(room)
	}
	for _, dir := range slices.Sorted(maps.Keys(table)) {
		if _, found := report.Names[dir]; !found && path.Base(dir) != "..." {
			report.Problems = append(report.Problems, dir+": is in the table of internal/archtest, and nowhere else")
		}
	}
	return report, nil
}

// check is the check of one package.
type check struct {
	module *module
	pkg    *pkg
	report *Report
}

func (c *check) problem(format string, args ...any) {
	c.report.Problems = append(c.report.Problems, c.pkg.dir+": "+fmt.Sprintf(format, args...))
}

func (c *check) run(room Room) {
	for _, f := range c.pkg.files {
		for _, imported := range f.imports() {
			c.checkImport(room, f, imported)
		}
		if !f.test && !room.mayTouch(f.name) {
			for _, what := range touches(f.ast) {
				c.problem("%s %s", f.name, what)
			}
		}
	}
	c.checkDoc()
	if !slices.ContainsFunc(c.pkg.files, func(f file) bool { return f.test }) {
		c.problem("has no test")
	}
	names := c.pkg.exported()
	c.report.Names[c.pkg.dir] = len(names)
	if room.Names > 0 && len(names) > room.Names {
		c.problem("exports %d names, and may %d: %s", len(names), room.Names, strings.Join(names, " "))
	}
}

func (c *check) checkImport(room Room, f file, imported string) {
	if nested := c.module.nestedModule(imported); nested != "" {
		c.problem("%s imports %s, which belongs to the nested module %s", f.name, imported, nested)
		return
	}
	dir, ours := c.module.dir(imported)
	switch {
	case f.test, !ours && isStandard(imported):
	case isTestify(imported) && !strings.HasSuffix(c.pkg.dir, "test"):
		c.problem("%s imports %s, which belongs into tests and test kits", f.name, imported)
	case !room.allows(dir):
		c.problem("%s imports %s, which its row does not list", f.name, imported)
	}
}

func (c *check) checkDoc() {
	name := c.pkg.name()
	if name == "" {
		return // nothing but tests
	}
	anywhere := name == "main" || strings.Contains("/"+c.pkg.dir+"/", "/internal/")
	for _, f := range c.pkg.files {
		if f.ast.Doc != nil && !f.test && (anywhere || f.name == "doc.go") {
			return
		}
	}
	if anywhere {
		c.problem("does not say what it is: no file has a package comment")
		return
	}
	c.problem("does not say what it is: no doc.go has a package comment")
}

// exported lists the exported names at the top level, sorted.
func (p *pkg) exported() (names []string) {
	add := func(ids ...*ast.Ident) {
		for _, id := range ids {
			if id.IsExported() {
				names = append(names, id.Name)
			}
		}
	}
	for _, f := range p.files {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					add(d.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						add(s.Name)
					case *ast.ValueSpec:
						add(s.Names...)
					}
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

// isStandard tells whether a package is the standard library's: their first element has no dot.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func isTestify(imported string) bool {
	const testify = "github.com/stretchr/testify"
	return imported == testify || path.Dir(imported) == testify
}
