package pgserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// ErrNoProxy says that there is no PgBouncer on this machine.
var ErrNoProxy = errors.New("there is no PgBouncer on this machine")

// Proxy is a PgBouncer in front of a server. It gives each transaction a session of the server, whichever is free.
type Proxy struct {
	dir     string
	process *exec.Cmd
	leash   io.WriteCloser // the shell around the process ends it when this is closed
}

// proxySettings are those of a pool that is shared by many: fewer sessions than clients, so that nobody keeps one.
const proxySettings = `[databases]
postgres = host='%[1]s' dbname=postgres user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = %[2]s
auth_type = any
pool_mode = transaction
max_client_conn = 500
default_pool_size = 5
logfile = %[2]s/log
`

// startProxy starts a proxy in front of the server that a DSN of this package names.
func startProxy(host string) (*Proxy, error) {
	path, err := exec.LookPath("pgbouncer")
	if err != nil {
		path = "/usr/sbin/pgbouncer" // which is not in everybody's PATH
		if _, err := os.Stat(path); err != nil {
			return nil, ErrNoProxy
		}
	}
	p := &Proxy{}
	if p.dir, err = os.MkdirTemp("", "baton-pgb-"); err != nil {
		return nil, err
	}
	settings := filepath.Join(p.dir, "ini")
	err = os.WriteFile(settings, fmt.Appendf(nil, proxySettings, host, p.dir), 0o644)
	if err == nil {
		err = giveAway(p.dir)
	}
	if err == nil {
		const script = `trap '' HUP INT TERM
"$1" --quiet "$2/ini" &
read -r line
kill $!
wait
rm -rf "$2"`
		p.process = exec.Command("/bin/sh", "-c", script, "sh", path, p.dir)
		p.process.Dir = "/"
		asUser(p.process)
		p.leash, err = p.process.StdinPipe()
	}
	if err == nil {
		err = p.process.Start()
	}
	if err == nil {
		err = p.wait()
	}
	if err != nil {
		return nil, errors.Join(err, p.Close(), os.RemoveAll(p.dir))
	}
	return p, nil
}

// wait waits until the proxy listens.
func (p *Proxy) wait() error {
	const patience = 5 * time.Minute
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(p.dir, ".s.PGSQL.6432")); err == nil {
			return nil
		}
	}
	said, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	return fmt.Errorf("pgbouncer does not listen: %s", said)
}

// DSN is where the proxy is found.
func (p *Proxy) DSN() string {
	return fmt.Sprintf("host='%s' port=6432 user=postgres dbname=postgres", p.dir)
}

// Close ends the proxy.
func (p *Proxy) Close() error {
	if p.leash == nil {
		return nil
	}
	err := p.leash.Close()
	_ = p.process.Wait()
	p.leash = nil
	return err
}

// ProxyDSN returns where a PgBouncer is found in front of the server that the tests of a package share. Where there is
// none the test is skipped, or fails if it must not be.
func ProxyDSN(tb testing.TB) string {
	tb.Helper()
	DSN(tb)
	if dsn := os.Getenv(ProxyVariable); dsn != "" {
		return dsn
	}
	shared.proxyOnce.Do(func() { shared.proxy, shared.proxyErr = startProxy(shared.server.dir) })
	need(tb, shared.proxyErr)
	return shared.proxy.DSN()
}
