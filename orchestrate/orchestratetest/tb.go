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

// require panics without a test: nobody could be told of a failure.
func require(t TB, function string) {
	if isNil(t) {
		panic("orchestratetest." + function + ": the test is nil")
	}
}

// failed tells whether the test has failed already, if it says so.
func failed(t TB) bool {
	f, ok := t.(interface{ Failed() bool })
	return ok && f.Failed()
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
