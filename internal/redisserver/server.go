package redisserver

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Server is a Redis server of this process.
type Server struct {
	bin, dir string
	settings []string
	server   *exec.Cmd     // nil: it was stopped
	over     chan struct{} // closed when it has ended
	watchdog *exec.Cmd
	leash    io.WriteCloser // the watchdog ends the server when it is closed
}

// ErrMissing says that there is no Redis on this machine.
var ErrMissing = errors.New("there is no Redis server on this machine")

// usual are the settings of tests: safe, and without snapshots.
var usual = []string{
	"port 0", "appendonly yes", "appendfsync always", `save ""`, "maxmemory-policy noeviction", "loglevel warning",
	"logfile log", "pidfile pid", "daemonize no",
}

// Start starts a server, with settings besides the usual ones: lines of redis.conf, of which the last counts.
func Start(settings ...string) (*Server, error) { return StartIn("", settings...) }

// StartIn is Start in a new directory below another one, or below that for temporary files.
func StartIn(parent string, settings ...string) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "baton-redis-") // a short name: that of a socket has at most 107 bytes
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	s := &Server{bin: bin, dir: dir, settings: append([]string{`unixsocket "` + dir + `/redis.sock"`}, settings...)}
	if err := s.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.Restart(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func find() (string, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}

// watch starts the shell that ends the server when this process ends. It is in a session of its own, so that a signal
// for this process and all its children does not end it first.
func (s *Server) watch() (err error) {
	const script = `trap '' HUP INT TERM
read -r line
[ -f "$1/pid" ] && kill -KILL "$(cat "$1/pid")" 2>/dev/null
rm -rf "$1"`
	s.watchdog = exec.Command("/bin/sh", "-c", script, "sh", s.dir)
	s.watchdog.Dir = "/"
	alone(s.watchdog)
	if s.leash, err = s.watchdog.StdinPipe(); err != nil {
		return err
	}
	return s.watchdog.Start()
}

// Restart starts the server, which has been stopped, with settings besides those that it had. It returns when the
// server serves.
func (s *Server) Restart(settings ...string) error {
	if err := s.Launch(settings...); err != nil {
		return err
	}
	for {
		said, err := s.ask("PING")
		switch {
		case err == nil && (strings.HasPrefix(said, "+PONG") || strings.HasPrefix(said, "-NOAUTH")):
			return nil
		}
		select {
		case <-s.over:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("the server has ended: %s\n%s", s.server.ProcessState, strings.TrimSpace(string(log)))
		case <-time.After(time.Millisecond):
		}
	}
}

// Launch is Restart that does not wait until the server serves.
func (s *Server) Launch(settings ...string) error {
	s.settings = append(s.settings, settings...)
	conf := strings.Join(append(append([]string{}, usual...), s.settings...), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(s.dir, "redis.conf"), []byte(conf), 0o600); err != nil {
		return err
	}
	s.server = exec.Command(s.bin, "redis.conf")
	s.server.Dir = s.dir
	alone(s.server)
	if err := s.server.Start(); err != nil {
		s.server = nil
		return err
	}
	s.over = make(chan struct{})
	go func(c *exec.Cmd, over chan struct{}) {
		_ = c.Wait() // it says how it ended
		close(over)
	}(s.server, s.over)
	return nil
}

// ask sends a command of one line, and returns the first line of the answer.
func (s *Server) ask(command string) (string, error) {
	const patience = 5 * time.Second
	c, err := net.DialTimeout("unix", s.Socket(), patience)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close() }()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(c, command+"\r\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

// Process is that of the server, for signals.
func (s *Server) Process() *os.Process { return s.server.Process }

// Kill ends the server as a crash would.
func (s *Server) Kill() {
	if s.server == nil {
		return
	}
	_ = s.server.Process.Kill() // unless it has ended by itself
	<-s.over
	s.server = nil
	_ = os.Remove(filepath.Join(s.dir, "pid")) // or the watchdog may kill somebody else who has the number by then
}

// Dir is the server's directory.
func (s *Server) Dir() string { return s.dir }

// Socket is the file at which the server listens.
func (s *Server) Socket() string { return filepath.Join(s.dir, "redis.sock") }

// URL is where the server is found.
func (s *Server) URL() string { return "unix://" + s.Socket() }

// Close kills the server and removes everything.
func (s *Server) Close() error {
	if s.leash == nil {
		return nil
	}
	s.Kill()
	err := s.leash.Close()
	_ = s.watchdog.Wait()
	s.leash = nil
	return err
}
