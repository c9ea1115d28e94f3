// Package lessons_test plants bugs of the kind that workflows have, one lesson each, and has them found.
package lessons_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
