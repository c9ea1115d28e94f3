package executor

import (
	"fmt"
	"strings"
)

// Wrapper is an executor around another one. It tells what it is by its String method, if it has one.
type Wrapper interface {
	Executor
	Unwrap() Executor
}

// Stack is the layers of an executor, outermost first.
type Stack []Executor

// Layers takes an executor apart: itself, what it unwraps to, and so on. Print the stack to see it:
//
//	fmt.Println(executor.Layers(e)) // Parallelize > System > Retried(3) > Mux(10)
func Layers(e Executor) Stack {
	var s Stack
	for !isNil(e) {
		s = append(s, e)
		w, ok := e.(Wrapper)
		if !ok {
			break
		}
		e = w.Unwrap()
	}
	return s
}

// String names the layers, outermost first.
func (s Stack) String() string {
	names := make([]string, len(s))
	for i, e := range s {
		names[i] = layerName(e)
	}
	return strings.Join(names, " > ")
}

func layerName(e Executor) string {
	if n, ok := e.(fmt.Stringer); ok {
		return n.String()
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", e), "*")
}
