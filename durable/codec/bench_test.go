package codec_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// small is a result whose JSON has 64 bytes.
type small struct {
	ID     string `json:"id"`
	Amount int64  `json:"amount"`
	Paid   bool   `json:"paid"`
	Note   string `json:"note"`
}

var smallValue = small{ID: "order-471", Amount: 12500, Paid: true, Note: "thank you"}

func BenchmarkJSON(b *testing.B) {
	var s *codec.Set
	p, err := s.Encode(smallValue)
	require.NoError(b, err)
	require.Len(b, p.Data, 64)
	b.Run("encode", func(b *testing.B) { benchEncode(b, s, smallValue) })
	b.Run("decode", func(b *testing.B) { benchDecode[small](b, s, p) })
	b.Run("floor/encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err = json.Marshal(smallValue)
		}
	})
	b.Run("floor/decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v small
			err = json.Unmarshal(p.Data, &v)
		}
	})
	for name, v := range map[string]any{"text": "order-4711", "number": 12500, "void": struct{}{}} {
		p, err := s.Encode(v)
		require.NoError(b, err)
		b.Run(name+"/encode", func(b *testing.B) { benchEncode(b, s, v) })
		b.Run(name+"/decode", func(b *testing.B) {
			switch v.(type) {
			case string:
				benchDecode[string](b, s, p)
			case int:
				benchDecode[int](b, s, p)
			default:
				benchDecode[struct{}](b, s, p)
			}
		})
	}
}

func BenchmarkGob(b *testing.B) {
	s := newSet(b, codec.Gob())
	p, err := s.Encode(smallValue)
	require.NoError(b, err)
	b.Run("encode", func(b *testing.B) { benchEncode(b, s, smallValue) })
	b.Run("decode", func(b *testing.B) { benchDecode[small](b, s, p) })
}

func benchEncode(b *testing.B, s *codec.Set, v any) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Encode(v); err != nil {
			b.Fatal(err)
		}
	}
}

func benchDecode[T any](b *testing.B, s *codec.Set, p store.Payload) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		var v T
		if err := s.Decode(p, &v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkErrors(b *testing.B) {
	e := shopErrors(b)
	for name, err := range map[string]error{
		"plain":   errBusy,
		"wrapped": fmt.Errorf("charge: %w", &DeclinedError{"no money", 1250}),
		"step":    &executor.StepError{Path: "3.1.0", Action: Charge{}, Err: fmt.Errorf("charge: %w", errBusy)},
	} {
		p, problem := e.Encode(nil, err)
		require.NoError(b, problem)
		b.Run(name+"/encode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Encode(nil, err)
			}
		})
		b.Run(name+"/decode", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Decode(nil, p)
			}
		})
	}
}
