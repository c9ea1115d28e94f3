package pgserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Server is a PostgreSQL server of this process.
type Server struct {
	bin, dir string
	watchdog *exec.Cmd
	leash    io.WriteCloser // the watchdog ends the server when it is closed
}

// ErrMissing says that there is no PostgreSQL on this machine.
var ErrMissing = errors.New("there is no PostgreSQL server on this machine")

// longWait is how long pg_ctl waits: a machine that has a lot to do takes its time.
const longWait = "--timeout=600"

// settings are those of tests: safe as by default, but small. The connections suffice for as many tests at once as a
// large machine runs, each with a pool that is as large as the machine.
const settings = `
listen_addresses = ''
max_connections = 1000
shared_buffers = 64MB
max_wal_size = 512MB
fsync = on
synchronous_commit = on
full_page_writes = on
log_min_messages = warning
`

// Start makes a cluster and starts its server.
func Start() (*Server, error) { return StartIn("") }

// StartIn is Start in a new directory below another one, or below that for temporary files. Whoever the server runs as
// must be able to reach it.
func StartIn(parent string) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "baton-pg-") // a short name: that of a socket has at most 107 bytes
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: dir}
	if err := s.start(); err != nil {
		return nil, errors.Join(err, s.Close(), os.RemoveAll(dir))
	}
	return s, nil
}

// find returns the directory of the server's programs.
func find() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian's are not in the PATH
	if path, err := exec.LookPath("initdb"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target // where all of its programs are
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(dirs[i], "initdb")); err == nil {
			return dirs[i], nil
		}
	}
	return "", ErrMissing
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) start() error {
	if err := giveAway(s.dir); err != nil {
		return err
	}
	if err := s.watch(); err != nil {
		return err
	}
	err := s.run("initdb", "--pgdata="+s.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
		"--no-sync", "--no-instructions")
	if err != nil {
		return err
	}
	conf := settings + fmt.Sprintf("unix_socket_directories = '%s'\n", s.dir)
	if err := s.Configure(conf); err != nil {
		return err
	}
	return s.Restart()
}

// watch starts the shell that ends the server when this process ends. It is in a session of its own, so that a signal
// for this process and all its children does not end it first.
func (s *Server) watch() (err error) {
	const script = `trap '' HUP INT TERM
read -r line
"$1/pg_ctl" --pgdata="$2/data" --mode=immediate --wait --silent stop
rm -rf "$2"`
	s.watchdog = exec.Command("/bin/sh", "-c", script, "sh", s.bin, s.dir)
	s.watchdog.Dir = "/"
	asUser(s.watchdog)
	if s.leash, err = s.watchdog.StdinPipe(); err != nil {
		return err
	}
	return s.watchdog.Start()
}

// run runs one of the server's programs. What it says is part of the error.
func (s *Server) run(program string, args ...string) error {
	said, err := os.CreateTemp("", "baton-pg-said-")
	if err != nil {
		return err
	}
	defer func() { _, _ = said.Close(), os.Remove(said.Name()) }()
	c := exec.Command(filepath.Join(s.bin, program), args...)
	c.Dir = "/"
	c.Stdout, c.Stderr = said, said // a file, since the server inherits it
	asUser(c)
	if err := c.Run(); err != nil {
		text, _ := os.ReadFile(said.Name())
		return fmt.Errorf("%s: %w\n%s", program, err, strings.TrimSpace(string(text)))
	}
	return nil
}

// Configure appends settings, which count from the next Restart or Reload on.
func (s *Server) Configure(lines string) error {
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, "\n"+lines+"\n")
	return errors.Join(err, f.Close())
}

// Reload has the server read its settings again.
func (s *Server) Reload() error { return s.run("pg_ctl", "--pgdata="+s.data(), "reload") }

// Restart starts the server, which has been stopped.
func (s *Server) Restart() error {
	return s.run("pg_ctl", "--pgdata="+s.data(), "--log="+filepath.Join(s.dir, "log"), "--wait", longWait, "--silent",
		"start")
}

// Stop stops the server. Immediate does that as a crash would.
func (s *Server) Stop(immediate bool) error {
	mode := "fast"
	if immediate {
		mode = "immediate"
	}
	return s.run("pg_ctl", "--pgdata="+s.data(), "--mode="+mode, "--wait", longWait, "--silent", "stop")
}

// DSN is where the server is found. Its database is postgres, and its user, who may do everything, too.
func (s *Server) DSN() string { return fmt.Sprintf("host='%s' user=postgres dbname=postgres", s.dir) }

// Socket is the file at which the server listens.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

// Close stops the server and removes everything.
func (s *Server) Close() error {
	if s.leash == nil {
		return nil
	}
	err := s.leash.Close()
	_ = s.watchdog.Wait() // what it says last is that there is no server, if there is none
	s.leash = nil
	return errors.Join(err, os.RemoveAll(s.dir)) // whoever the server ran as may not remove it from its parent
}
