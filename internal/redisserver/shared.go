package redisserver

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
)

// Variable is the environment variable that tells processes which a test starts where the server is.
const Variable = "BATON_TEST_REDIS"

// shared is the server that the tests of one binary share.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Main runs the tests of a package, and ends the server that they shared. It returns what the process is to exit with.
func Main(m *testing.M) (code int) {
	defer func() {
		if shared.server == nil {
			return
		}
		if err := shared.server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "redisserver:", err)
			code = 1
		}
	}()
	return m.Run()
}

// URL returns where the server is that the tests of a package share, and starts it if it is the first to ask. Where
// there is no Redis the test is skipped, or fails if it must not be.
func URL(tb testing.TB) string {
	tb.Helper()
	if url := os.Getenv(Variable); url != "" {
		return url
	}
	shared.once.Do(func() { shared.server, shared.err = Start() })
	need(tb, shared.err)
	return shared.server.URL()
}

// New starts a server for one test, which may stop it, with settings besides the usual ones.
func New(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s, err := Start(settings...)
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
	if errors.Is(err, ErrMissing) && os.Getenv("BATON_REQUIRE_ALL") != "1" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
}
