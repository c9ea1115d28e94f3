package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// log is a file of transactions, each behind its length. What is in it survives the process; for what survives the
// machine, Sync belongs behind each WriteAt.
type log struct {
	file *os.File
	size int64 // of what is whole
}

// openLog opens a log, and calls f with every transaction in it. The last one is left out if it is not whole.
func openLog(name string, f func(data []byte) error) (*log, error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	l := &log{file: file}
	for {
		data, err := l.next()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return l, nil
		}
		if err == nil {
			err = f(data)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read %q at %d: %w", name, l.size, err), file.Close())
		}
		l.size += int64(4 + len(data))
	}
}

func (l *log) next() ([]byte, error) {
	r := io.NewSectionReader(l.file, l.size, 1<<32)
	var length uint32
	if err := binary.Read(r, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	data := make([]byte, length)
	_, err := io.ReadFull(r, data)
	return data, err
}

// append writes a transaction. If it fails nothing is left of it: the next one is written over it.
func (l *log) append(data []byte) error {
	data = append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...)
	if _, err := l.file.WriteAt(data, l.size); err != nil {
		return err
	}
	l.size += int64(len(data))
	return nil
}
