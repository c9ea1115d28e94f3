package turns

import (
	"bytes"
	"context"
	"runtime"
)

// strand is what the context of a strand knows about it.
type strand struct {
	host      *Host
	goroutine string
}

type strandKey struct{}

// mark makes the context of the strand that the calling goroutine is.
func (h *Host) mark(ctx context.Context) context.Context {
	return context.WithValue(ctx, strandKey{}, &strand{h, Goroutine()})
}

func strandOf(ctx context.Context) *strand {
	s, _ := ctx.Value(strandKey{}).(*strand)
	return s
}

// HostOf returns the host that ctx belongs to a strand of, or nil.
func HostOf(ctx context.Context) *Host {
	if s := strandOf(ctx); s != nil {
		return s.host
	}
	return nil
}

// Goroutine names the calling goroutine, as the header of its stack does: "goroutine 7".
func Goroutine() string {
	var header [40]byte
	text := header[:runtime.Stack(header[:], false)]
	if i := bytes.IndexByte(text, '['); i >= 0 {
		text = text[:i]
	}
	return string(text)
}
