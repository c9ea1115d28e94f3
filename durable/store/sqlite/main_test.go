package sqlite_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also that of the processes that tests start.
func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		children[name]()
		return
	}
	goleak.VerifyTestMain(m)
}
