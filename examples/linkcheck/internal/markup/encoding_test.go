package markup_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
)

func TestATextIsReadInTheEncodingThatItIsIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "",
		"abc":                           "abc",
		"caf\xc3\xa9":                   "café",
		"caf\xe9":                       "café",
		"\xe4\xf6\xfc":                  "äöü",
		"caf\xc3\xa9 and \xe9":          "café and \xe9",
		"\xff\xfea\x00\x3d\xd8\x80\xde": "\ufeffa🚀",
		"\xfe\xff\x00a\xd8\x3d\xde\x80": "\ufeffa🚀",
		"\xfe\xff\x00a\xd8":             "\ufeffa",
	} {
		require.Equal(t, want, string(markup.UTF8([]byte(text))), "%q", text)
	}
}
