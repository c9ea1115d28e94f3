package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOffATerminalThereAreTenLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := newBar(&out, "jobs")
	for i := range 1000 {
		b.show(i+1, 1000)
	}
	b.end()
	require.Equal(t, 10, strings.Count(out.String(), "\n"))
	require.True(t, strings.HasPrefix(out.String(), "jobs: 100 of 1000\n"))
	require.True(t, strings.HasSuffix(out.String(), "jobs: 1000 of 1000\n"))
}

func TestOnATerminalThereIsABar(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	b := bar{out: &out, name: "jobs"}
	b.show(1, 2)
	b.show(2, 2)
	b.end()
	b.end()
	half, full := strings.Repeat("#", 20), strings.Repeat("#", 40)
	require.Equal(t, "\rjobs: 1/2 ["+half+strings.Repeat(".", 20)+"]\rjobs: 2/2 ["+full+"]\n", out.String())
}
