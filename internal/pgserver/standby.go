package pgserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Standby starts a server that has all that s has, and gets what is written to s from then on. It can be read only,
// until it is promoted.
func (s *Server) Standby(tb testing.TB) *Server {
	tb.Helper()
	standby, err := s.standby()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := standby.Close(); err != nil {
			tb.Error(err)
		}
	})
	return standby
}

func (s *Server) standby() (*Server, error) {
	dir, err := os.MkdirTemp("", "baton-pg-")
	if err != nil {
		return nil, err
	}
	b := &Server{bin: s.bin, dir: dir}
	err = giveAway(dir)
	if err == nil {
		err = b.watch()
	}
	if err == nil {
		err = b.run("pg_basebackup", "--pgdata="+b.data(), "--host="+s.dir, "--username=postgres", "--write-recovery-conf",
			"--checkpoint=fast", "--no-sync")
	}
	if err == nil {
		err = b.Configure(fmt.Sprintf("unix_socket_directories = '%s'", dir))
	}
	if err == nil {
		err = b.Restart()
	}
	if err != nil {
		return nil, errors.Join(err, b.Close(), os.RemoveAll(dir))
	}
	return b, nil
}

// Promote makes a standby a server by itself, that can be written to.
func (s *Server) Promote() error {
	return s.run("pg_ctl", "--pgdata="+s.data(), "--wait", longWait, "--silent", "promote")
}

// Host is the directory of the socket, by which a DSN names the server.
func (s *Server) Host() string { return filepath.Dir(s.Socket()) }
