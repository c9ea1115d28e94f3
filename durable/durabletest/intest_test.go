package durabletest_test

import (
	"flag"
	"io"
	"os"
	"strings"
	"testing"
)

// inTest runs a test where there is none, as in an example, and returns what it says if it fails, as far as that is the
// same each time.
func inTest(name string, test func(t *testing.T)) string {
	r, w, err := os.Pipe()
	if err != nil {
		return err.Error()
	}
	said := make(chan string)
	go func() {
		text, _ := io.ReadAll(r)
		said <- string(text)
	}()
	stdout, ran := os.Stdout, false
	os.Stdout = w
	skip := flag.Lookup("test.skip").Value
	skipped := skip.String()
	_ = skip.Set("")
	testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: name, F: func(t *testing.T) {
			if ran {
				return // go test -count
			}
			ran = true
			test(t)
		},
	}})
	_ = skip.Set(skipped)
	os.Stdout = stdout
	_ = w.Close()
	_, text, _ := strings.Cut(<-said, "_test.go:")
	_, text, _ = strings.Cut(text, ": ")
	for _, next := range []string{"\n---", "\n===", "\nFAIL"} {
		text, _, _ = strings.Cut(text, next)
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "\n        ", "\n"))
}
