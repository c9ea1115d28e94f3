package postgres_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/baton-go/baton/internal/pgserver"
)

// TestMain is also that of the processes that tests start.
func TestMain(m *testing.M) {
	if children.Main() {
		return
	}
	code := pgserver.Main(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
