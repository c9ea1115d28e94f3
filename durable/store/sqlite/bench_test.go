package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/durable/storetest"
)

// BenchmarkCommit measures what a step costs: one run that is alone, and batches of as many runs. The floor is one row
// that is inserted and committed, by the same driver and with the same settings.
func BenchmarkCommit(b *testing.B) {
	for _, mode := range []sqlite.Synchronous{sqlite.Full, sqlite.Off} {
		b.Run(fmt.Sprintf("sync=%s/floor", mode), func(b *testing.B) { benchmarkFloor(b, mode) })
		for _, runs := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("sync=%s/runs=%d", mode, runs), func(b *testing.B) { benchmarkCommit(b, mode, runs) })
		}
	}
}

func benchmarkFloor(b *testing.B, mode sqlite.Synchronous) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "floor.db")
	db, err := sql.Open("sqlite", fmt.Sprintf(
		"file:%s?_pragma=journal_mode(wal)&_pragma=synchronous(%s)&_pragma=busy_timeout(1000)", path, mode))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB)"); err != nil {
		b.Fatal(err)
	}
	insert, err := db.Prepare("INSERT INTO floor (data) VALUES (?)")
	if err != nil {
		b.Fatal(err)
	}
	defer insert.Close()
	data := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := insert.Exec(data); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkCommit(b *testing.B, mode sqlite.Synchronous, runs int) {
	b.Helper()
	ctx := context.Background()
	s, err := sqlite.OpenConfig(ctx, filepath.Join(b.TempDir(), "store.db"), sqlite.Config{Synchronous: mode})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	all := make([]store.Run, runs)
	for i := range all {
		all[i] = store.Run{
			ID: fmt.Sprintf("0190a1b2-c3d4-7890-8888-%012d", i), Flow: "flow", Created: now,
			State: store.State{Status: store.Pending, Due: now},
		}
	}
	if _, err := s.Create(ctx, all); err != nil {
		b.Fatal(err)
	}
	claim := store.Claim{Owner: "bench", Lease: time.Hour, Max: runs, Flows: []string{"flow"}}
	if c, err := s.Claim(ctx, claim); err != nil || len(c.Runs) != runs {
		b.Fatal(len(c.Runs), err)
	}
	writes := make([]store.Write, runs)
	for i := range writes {
		writes[i] = store.Write{Run: all[i].ID, Epoch: 1, Records: []store.Record{{
			Kind: store.Step, Path: "1", Name: "charge", Digest: make([]byte, 16), Started: now, Finished: now,
			Result: store.Payload{Codec: "json", Data: make([]byte, 64)},
		}}}
	}
	b.ReportAllocs()
	n := int64(0)
	for b.Loop() {
		n++
		for i := range writes {
			writes[i].Records[0].N = n
		}
		if errs, err := s.Commit(ctx, writes); err != nil || errs != nil {
			b.Fatal(errs, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*runs)/1e3, "µs/step")
}

func BenchmarkStore(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) store.Store {
		b.Helper()
		return open(b, sqlite.Config{})
	})
}
