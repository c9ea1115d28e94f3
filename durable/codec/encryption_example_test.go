package codec_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable/codec"
)

// Sealed is a codec that encrypts what another one writes, with AES-GCM. In front of what it writes is the ID of the
// key, in clear, so that keys can change: the new one encrypts, and the old ones go on decrypting. One key is good for
// four billion payloads.
//
// It seals values and errors. The names of flows, actions and events, labels and times are no payloads, and stay as
// they are.
type Sealed struct {
	inner codec.Codec
	key   string // the ID of the one that encrypts
	keys  map[string]cipher.AEAD
}

// Seal makes a codec that encrypts with the key of the given ID, and decrypts with all. Keys have 16, 24 or 32 bytes.
func Seal(inner codec.Codec, key string, keys map[string][]byte) (*Sealed, error) {
	s := &Sealed{inner: inner, key: key, keys: map[string]cipher.AEAD{}}
	for id, secret := range keys {
		if len(id) == 0 || len(id) > 255 {
			return nil, fmt.Errorf("the ID %q of a key has no length that one byte can tell", id)
		}
		block, err := aes.NewCipher(secret)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", id, err)
		}
		if s.keys[id], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("key %q: %w", id, err)
		}
	}
	if s.keys[key] == nil {
		return nil, fmt.Errorf("there is no key %q to encrypt with", key)
	}
	return s, nil
}

// Name is "sealed+" and the codec within, so that both can change.
func (s *Sealed) Name() string { return "sealed+" + s.inner.Name() }

func (s *Sealed) Encode(v any) ([]byte, error) {
	plain, err := s.inner.Encode(v)
	if err != nil {
		return nil, err
	}
	head := append([]byte{byte(len(s.key))}, s.key...)
	return s.keys[s.key].Seal(bytes.Clone(head), nil, plain, head), nil // the head is authenticated
}

func (s *Sealed) Decode(data []byte, into any) error {
	if len(data) == 0 || len(data) < 1+int(data[0]) {
		return fmt.Errorf("%d bytes are too few to be sealed", len(data))
	}
	head, sealed := data[:1+data[0]], data[1+data[0]:]
	id := string(head[1:])
	key := s.keys[id]
	if key == nil {
		return fmt.Errorf("it was encrypted with key %q, which is not there any more", id)
	}
	plain, err := key.Open(nil, nil, sealed, head)
	if err != nil {
		return fmt.Errorf("it was changed, or key %q is another one now: %w", id, err)
	}
	return s.inner.Decode(plain, into)
}

// A codec of one's own encrypts all payloads.
func Example_encryption() {
	key1, key2 := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32) // from a vault, really
	seal := func(key string, keys map[string][]byte) *codec.Set {
		sealed, err := Seal(codec.JSON(), key, keys)
		if err != nil {
			panic(err)
		}
		set, err := codec.NewSet(sealed)
		if err != nil {
			panic(err)
		}
		return set
	}
	before := seal("2025", map[string][]byte{"2025": key1})
	p, err := before.Encode(Greeting{To: "Ada"})
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Codec, bytes.Contains(p.Data, []byte("Ada")))

	// With a new key, what the old one encrypted is still read.
	rotated := seal("2026", map[string][]byte{"2025": key1, "2026": key2})
	var g Greeting
	fmt.Println(rotated.Decode(p, &g), g.To)
	p, err = rotated.Encode(g)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%q\n", p.Data[1:5])

	err = before.Decode(p, &g)
	fmt.Println(errors.Unwrap(err))
	err = seal("2026", map[string][]byte{"2026": key1}).Decode(p, &g)
	fmt.Println(errors.Unwrap(err))
	// Output:
	// sealed+json false
	// <nil> Ada
	// "2026"
	// it was encrypted with key "2026", which is not there any more
	// it was changed, or key "2026" is another one now: cipher: message authentication failed
}
