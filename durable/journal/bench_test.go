package journal_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// page is an action whose result is 64 bytes long as JSON.
type page struct {
	actions.Returns[string]
	Number int
	Of     string
}

const payload = "00000000001111111111222222222233333333334444444444555555555566" // and its quotes

// nothing is a log that keeps nothing.
type nothing struct{}

func (nothing) Append(context.Context, journal.Entry) error { return nil }

func pages(n int) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		length := 0
		for i := range n {
			text, err := orchestrate.Do(y, page{Number: i, Of: "the book"})
			if err != nil {
				return 0, err
			}
			length += len(text)
		}
		return length, nil
	}
}

// BenchmarkReplay is a step that is answered from its record, beside its floor: to decode the result and to digest the
// action.
func BenchmarkReplay(b *testing.B) {
	const steps = 1000
	exec := executor.NewMux(executor.On(func(context.Context, page) (string, error) { return payload, nil }))
	log := &memory{}
	j, err := journal.New(journal.Config{ID: "r", Executor: exec, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := orchestrate.Run(j.Context(b.Context()), pages(steps), j); err != nil {
		b.Fatal(err)
	}
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			var a actions.Action = page{Number: i, Of: "the book"}
			data, err := json.Marshal(a)
			if err != nil {
				b.Fatal(err)
			}
			sum := sha256.Sum256(data)
			var text string
			if err := json.Unmarshal(log.records[i%steps].Result.Data, &text); err != nil || sum[0] == 1 && text == "" {
				b.Fatal(err)
			}
		}
	})
	b.Run("journal", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; i < b.N; i += steps {
			c := journal.Config{ID: "r", Executor: exec, Log: nothing{}, Records: log.records, Started: epoch}
			j, err := journal.New(c)
			if err != nil {
				b.Fatal(err)
			}
			n, err := orchestrate.Run(j.Context(b.Context()), pages(steps), j)
			if err != nil || n != steps*len(payload) {
				b.Fatal(n, err)
			}
		}
	})
}

// BenchmarkStep is a step that is carried out and recorded in a log that does nothing.
func BenchmarkStep(b *testing.B) {
	exec := executor.NewMux(executor.On(func(context.Context, page) (string, error) { return payload, nil }))
	b.ReportAllocs()
	j, err := journal.New(journal.Config{ID: "r", Executor: exec, Log: nothing{}, MaxSteps: b.N + 1})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := orchestrate.Run(j.Context(b.Context()), pages(b.N), j); err != nil {
		b.Fatal(err)
	}
}
