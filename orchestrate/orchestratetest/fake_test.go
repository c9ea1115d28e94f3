package orchestratetest_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// fakeT is a test that writes down how it fails.
type fakeT struct {
	mu       sync.Mutex
	texts    []string
	failed   bool
	stopped  bool
	cleanups []func()
}

func (f *fakeT) Helper() {}

func (f *fakeT) Name() string { return "fake" }

func (f *fakeT) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = true
	f.texts = append(f.texts, fmt.Sprintf(format, args...))
}

func (f *fakeT) FailNow() {
	f.mu.Lock()
	f.failed, f.stopped = true, true
	f.mu.Unlock()
	runtime.Goexit()
}

func (f *fakeT) Failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func (f *fakeT) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }

// text is all that the test was told.
func (f *fakeT) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.texts, "\n---\n")
}

// run runs a test as package testing does, and returns it.
func run(test func(t *fakeT)) *fakeT {
	t := &fakeT{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(t.cleanups) - 1; i >= 0; i-- {
				t.cleanups[i]()
			}
		}()
		test(t)
	}()
	<-done
	return t
}

// printingT prints what a test is told. Places of lines are in welcome_test.go.
type printingT struct{ fakeT }

func (p *printingT) Errorf(format string, args ...any) {
	fmt.Println(place.ReplaceAllString(fmt.Sprintf(format, args...), "(welcome_test.go)"))
}

// Run runs a test that may stop.
func (p *printingT) Run(test func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		test()
	}()
	<-done
}
