package codec_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

// Packed is a codec that compresses what another one writes, where that makes it smaller. The first byte says whether
// it did.
type Packed struct {
	inner codec.Codec
	// max is how long a value may be: a few bytes can be made to stand for gigabytes.
	max     int64
	writers sync.Pool // one takes more than a megabyte
}

// Pack makes a codec that compresses values of at most max bytes.
func Pack(inner codec.Codec, limit int64) *Packed {
	return &Packed{inner: inner, max: limit, writers: sync.Pool{New: func() any {
		w, _ := flate.NewWriter(nil, flate.DefaultCompression) // the level is a good one
		return w
	}}}
}

const plainly, packed = 0, 1

// Name is "packed+" and the codec within, so that both can change.
func (p *Packed) Name() string { return "packed+" + p.inner.Name() }

func (p *Packed) Encode(v any) ([]byte, error) {
	plain, err := p.inner.Encode(v)
	if err != nil {
		return nil, err
	}
	if int64(len(plain)) > p.max {
		return nil, fmt.Errorf("%d bytes are more than %d", len(plain), p.max)
	}
	var out bytes.Buffer
	out.WriteByte(packed)
	w := p.writers.Get().(*flate.Writer)
	defer p.writers.Put(w)
	w.Reset(&out)
	_, err = w.Write(plain)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	if out.Len() > len(plain) {
		return append([]byte{plainly}, plain...), nil
	}
	return out.Bytes(), nil
}

func (p *Packed) Decode(data []byte, into any) error {
	switch {
	case len(data) > 0 && data[0] == plainly:
		return p.inner.Decode(data[1:], into)
	case len(data) == 0 || data[0] != packed:
		return errors.New("it is not packed")
	}
	r := flate.NewReader(bytes.NewReader(data[1:]))
	plain, err := io.ReadAll(io.LimitReader(r, p.max+1))
	if err != nil {
		return err
	}
	if int64(len(plain)) > p.max {
		return fmt.Errorf("it unpacks to more than %d bytes", p.max)
	}
	return p.inner.Decode(plain, into)
}

// A codec of one's own compresses what is large, and refuses what is made to explode.
func Example_compression() {
	set, err := codec.NewSet(Pack(codec.JSON(), 64<<10))
	if err != nil {
		panic(err)
	}
	for _, text := range []string{"short", strings.Repeat("long ", 1000)} {
		p, err := set.Encode(text)
		if err != nil {
			panic(err)
		}
		var back string
		err = set.Decode(p, &back)
		fmt.Println(p.Codec, len(p.Data) < len(text)/10, err, back == text)
	}

	bomb, err := Pack(codec.JSON(), 1<<30).Encode(strings.Repeat(" ", 1<<20))
	if err != nil {
		panic(err)
	}
	fmt.Println(set.Decode(store.Payload{Codec: "packed+json", Data: bomb}, new(string)))
	// Output:
	// packed+json false <nil> true
	// packed+json true <nil> true
	// what codec "packed+json" wrote cannot be decoded as string: it unpacks to more than 65536 bytes
}
