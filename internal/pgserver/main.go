package pgserver

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
)

// Variable is the environment variable that tells processes which a test starts where the server is, and ProxyVariable
// the one that tells them where its PgBouncer is.
const (
	Variable      = "BATON_TEST_POSTGRES"
	ProxyVariable = "BATON_TEST_PGBOUNCER"
)

// shared is the server that the tests of one binary share.
var shared struct {
	once   sync.Once
	server *Server
	err    error

	proxyOnce sync.Once
	proxy     *Proxy
	proxyErr  error
}

// Main runs the tests of a package, and ends the server that they shared. It returns what the process is to exit with.
func Main(m *testing.M) (code int) {
	defer func() {
		if shared.server == nil {
			return
		}
		if shared.proxy != nil {
			if err := shared.proxy.Close(); err != nil {
				fmt.Fprintln(os.Stderr, "pgserver:", err)
				code = 1
			}
		}
		if err := shared.server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "pgserver:", err)
			code = 1
		}
	}()
	return m.Run()
}

// DSN returns where the server is that the tests of a package share, and starts it if it is the first to ask. Where
// there is no PostgreSQL the test is skipped, or fails if it must not be.
func DSN(tb testing.TB) string {
	tb.Helper()
	if dsn := os.Getenv(Variable); dsn != "" {
		return dsn
	}
	shared.once.Do(func() { shared.server, shared.err = Start() })
	need(tb, shared.err)
	return shared.server.DSN()
}

// New starts a server for one test, which may stop it.
func New(tb testing.TB) *Server {
	tb.Helper()
	s, err := Start()
	need(tb, err)
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func need(tb testing.TB, err error) {
	tb.Helper()
	if (errors.Is(err, ErrMissing) || errors.Is(err, ErrNoProxy)) && os.Getenv("BATON_REQUIRE_ALL") != "1" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
}
