package cassette

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// record is the flag that has cassettes recorded, or nil if somebody else has defined one of this name, which then
// counts.
var record = define()

func define() *bool {
	if flag.Lookup("record") != nil {
		return nil
	}
	return flag.Bool("record", false, "record cassettes anew, with real executors")
}

func recording() bool {
	if record != nil {
		return *record
	}
	return flag.Lookup("record").Value.String() == "true"
}

// Use returns the executor of a test: it replays the cassette in the file, usually below testdata, and the test fails
// if the run is not the recorded one. It never calls a real executor, but in a test that is run with the flag -record:
//
//	go test -run 'TestCheckout$' -record
//
// Then the executor that live returns is used and recorded, and the file is written when the test ends, unless it has
// failed. For one run: a test with several has several cassettes.
func Use(t orchestratetest.TB, file string, live func() executor.Executor, c Config) executor.Executor {
	if t == nil {
		panic("cassette.Use: the test is nil")
	}
	t.Helper()
	if c.Workflow == "" {
		c.Workflow = t.Name()
	}
	if recording() {
		return useRecorder(t, file, live, c)
	}
	return usePlayer(t, file, c)
}

func useRecorder(t orchestratetest.TB, file string, live func() executor.Executor, c Config) executor.Executor {
	t.Helper()
	var exec executor.Executor
	if live != nil {
		exec = live()
	}
	if exec == nil {
		t.Errorf("cassette.Use: there is no executor to record %s with", file)
		t.FailNow()
	}
	r := Record(exec, c)
	t.Cleanup(func() {
		if failed(t) {
			return
		}
		if err := r.Save(file); err != nil {
			t.Errorf("%v", err)
		}
	})
	return r
}

func usePlayer(t orchestratetest.TB, file string, c Config) executor.Executor {
	t.Helper()
	p, err := Load(file, c)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is no cassette %s: record it %s", file, how(t))
		t.FailNow()
	} else if err != nil {
		t.Errorf("%v\nIf it is out of date, record it %s", err, how(t))
		t.FailNow()
	}
	t.Cleanup(func() {
		if err := p.Done(); err != nil {
			t.Errorf("%v\nIf the workflow is right, record it %s", err, how(t))
		}
	})
	return p
}

func how(t orchestratetest.TB) string {
	return fmt.Sprintf("with the flag -record, as in go test -run '%s$' -record", t.Name())
}

// failed tells whether the test has failed already, if it says so.
func failed(t orchestratetest.TB) bool {
	f, ok := t.(interface{ Failed() bool })
	return ok && f.Failed()
}
