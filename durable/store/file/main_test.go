package file_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also that of the processes that tests start.
func TestMain(m *testing.M) {
	if children.Main() {
		return
	}
	goleak.VerifyTestMain(m)
}
