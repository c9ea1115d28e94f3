package lawtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Complete checks that each exported function and method of the package in dir that makes a combinator has a row, and
// that each row is of such a function.
func Complete(t *testing.T, dir string, rows []Row) {
	t.Helper()
	makers, err := Makers(dir)
	require.NoError(t, err)
	require.NotEmpty(t, makers)
	require.Empty(t, Missing(makers, rows), "make a combinator and have no row in the table of the law suite")
	for _, r := range rows {
		require.Contains(t, makers, r.Func, "the row is of no function that makes a combinator")
	}
}

// Missing lists those of the functions that have no row.
func Missing(makers []string, rows []Row) []string {
	return slices.DeleteFunc(slices.Clone(makers), func(maker string) bool {
		return slices.ContainsFunc(rows, func(r Row) bool { return r.Func == maker })
	})
}

// Makers lists the exported functions, and methods as "Type.Method", of the package in dir that make a combinator: that
// return a Combinator or a function from executor to executor, or are such a function.
func Makers(dir string) ([]string, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil {
		return nil, err
	}
	var makers []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() && makes(f.Type) {
				makers = append(makers, receiver(f)+f.Name.Name)
			}
		}
	}
	slices.Sort(makers)
	return makers, nil
}

func makes(f *ast.FuncType) bool {
	if isCombinator(f) {
		return true
	}
	return f.Results != nil && slices.ContainsFunc(f.Results.List, func(r *ast.Field) bool {
		return named(r.Type, "Combinator") || isCombinator(r.Type)
	})
}

// isCombinator tells whether the type is that of a function from one executor to another, spelled out.
func isCombinator(e ast.Expr) bool {
	f, ok := e.(*ast.FuncType)
	return ok && isExecutor(f.Params) && isExecutor(f.Results)
}

func isExecutor(fields *ast.FieldList) bool {
	return fields.NumFields() == 1 && named(fields.List[0].Type, "Executor")
}

// named tells whether the type has the name, in this package or another.
func named(e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == name
	case *ast.SelectorExpr:
		return e.Sel.Name == name
	case *ast.ParenExpr:
		return named(e.X, name)
	}
	return false
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	e := f.Recv.List[0].Type
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name + "."
		default:
			return ""
		}
	}
}
