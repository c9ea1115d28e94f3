package journal_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// fileLog keeps the records of one run in a file of its own: an entry is a line, and a line that is not whole was never
// written.
type fileLog struct {
	mu      sync.Mutex
	file    *os.File
	Started time.Time
	Records []store.Record
}

// openLog reads the file, or begins it with the moment at which the run does.
func openLog(name string) (*fileLog, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	log, whole := &fileLog{file: file}, int64(0)
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break // the end, or a torn line that a crash has left
		}
		if whole == 0 {
			err = json.Unmarshal(line, &log.Started)
		} else {
			var entry []store.Record
			err = json.Unmarshal(line, &entry)
			log.Records = append(log.Records, entry...)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", name, store.ErrCorrupt, err)
		}
		whole += int64(len(line))
	}
	if err := file.Truncate(whole); err != nil {
		return nil, err
	}
	if _, err := file.Seek(whole, 0); err != nil {
		return nil, err
	}
	if whole == 0 {
		log.Started = time.Now().UTC()
		return log, log.write(log.Started)
	}
	return log, nil
}

// Append implements [journal.Log].
func (l *fileLog) Append(_ context.Context, e journal.Entry) error { return l.write(e.Records) }

func (l *fileLog) write(line any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := json.NewEncoder(l.file).Encode(line); err != nil {
		return err
	}
	return l.file.Sync()
}

// A journal needs no store and no runtime: here a script keeps the records of its one run in a file, so that it can be
// interrupted and started again.
func Example() {
	dir, err := os.MkdirTemp("", "journal")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for range 2 { // processes
		log, err := openLog(filepath.Join(dir, "order-7.log"))
		if err != nil {
			fmt.Println(err)
			return
		}
		j, err := journal.New(journal.Config{
			ID: "order-7", Executor: shop, Log: log, Records: log.Records, Started: log.Started,
			Resumed: true, // a process may have been interrupted before its first record
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(journal.Run(context.Background(), j, func(y actions.Yield) (any, error) { return order(y) }))
		if err := log.file.Close(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// reserving tea
	// telling: your reservation is number 42
	// your reservation is number 42 <nil>
	// your reservation is number 42 <nil>
}
