package postgres_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// TestMain is also that of the processes that tests start.
func TestMain(m *testing.M) {
	if children.Main() {
		return
	}
	code := pgserver.Main(m)
	if err := runstest.Leaks(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
