package orchestratetest

import "reflect"

// TB is what the kit needs of a test. *testing.T, *testing.B, *testing.F and *rapid.T have it.
type TB interface {
	Helper()
	Name() string
	Errorf(format string, args ...any)
	FailNow()
	Cleanup(f func())
}

func isNil(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Interface:
		return r.IsNil()
	default:
		return false
	}
}
