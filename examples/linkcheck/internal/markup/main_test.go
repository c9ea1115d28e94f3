package markup_test

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// told are links in short: "1:5 target".
func told(links []check.Link) []string {
	told := []string{}
	for _, l := range links {
		told = append(told, fmt.Sprintf("%d:%d %s", l.Line, l.Column, l.Target))
	}
	return told
}
