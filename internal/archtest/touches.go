package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// machine lists the packages of the standard library that touch the machine: each stands for all below it too.
var machine = []string{"crypto/rand", "math/rand", "net", "os", "plugin", "syscall"}

// harmless lists the packages below those that touch nothing.
var harmless = []string{"net/netip", "net/url"}

// clocks lists the functions that read a clock or wait for one, in packages that are otherwise harmless.
var clocks = map[string][]string{
	"time": {
		"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until",
	},
	"context": {"WithDeadline", "WithDeadlineCause", "WithTimeout", "WithTimeoutCause"},
}

// touches lists the ways in which a file touches the machine.
func touches(f *ast.File) (found []string) {
	clock := map[string]string{} // the packages with clocks, by the name under which the file imports them
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if !slices.Contains(harmless, imported) && slices.ContainsFunc(machine, func(p string) bool {
			return imported == p || strings.HasPrefix(imported, p+"/")
		}) {
			found = append(found, "imports "+imported+": it must not touch the machine")
		}
		if _, ok := clocks[imported]; !ok {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			found = append(found, "imports "+imported+" without a name, which hides its clocks")
		}
		clock[name] = imported
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "starts a goroutine")
		case *ast.SelectorExpr:
			if n.Sel.Name == "Go" { // a sync.WaitGroup's, an errgroup's
				found = append(found, "starts a goroutine")
			}
			x, ok := n.X.(*ast.Ident)
			if ok && slices.Contains(clocks[clock[x.Name]], n.Sel.Name) {
				found = append(found, "uses "+clock[x.Name]+"."+n.Sel.Name+": it must not read a clock")
			}
		}
		return true
	})
	return found
}
