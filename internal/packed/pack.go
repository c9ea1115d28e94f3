package packed

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/baton-go/baton/durable/store"
)

const packVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// packer appends values to a blob.
type packer struct{ b []byte }

func newPacker(size int) packer { return packer{append(make([]byte, 0, size+64), packVersion)} }

func (p *packer) uint(v uint64) { p.b = binary.AppendUvarint(p.b, v) }
func (p *packer) int(v int64)   { p.b = binary.AppendVarint(p.b, v) }

func (p *packer) string(s string) {
	p.uint(uint64(len(s)))
	p.b = append(p.b, s...)
}

// bytes keeps nil and empty apart.
func (p *packer) bytes(b []byte) {
	if b == nil {
		p.uint(0)
		return
	}
	p.uint(uint64(len(b)) + 1)
	p.b = append(p.b, b...)
}

func (p *packer) payload(v store.Payload) {
	p.string(v.Codec)
	p.bytes(v.Data)
}

// time keeps microseconds since 1970, one more from there on, so that 0 is no time.
func (p *packer) time(t time.Time) { p.int(packTime(t)) }

func (p *packer) sealed() []byte {
	return binary.LittleEndian.AppendUint32(p.b, crc32.Checksum(p.b, castagnoli))
}

// unpacker reads what a packer wrote. After anything unexpected it is bad, and reads zeros.
type unpacker struct {
	b     []byte
	bad   bool
	codec string // the last one, which the next mostly equals
}

func newUnpacker(b []byte) unpacker {
	n := len(b) - 4
	if n < 1 || binary.LittleEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], castagnoli) || b[0] != packVersion {
		return unpacker{bad: true}
	}
	return unpacker{b: b[1:n:n]}
}

func (u *unpacker) fail() {
	u.b, u.bad = nil, true
}

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) int() int64 {
	v, n := binary.Varint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) take(n uint64) []byte {
	if n > uint64(len(u.b)) {
		u.fail()
		return nil
	}
	v := u.b[:n:n]
	u.b = u.b[n:]
	return v
}

func (u *unpacker) string() string { return string(u.take(u.uint())) }

func (u *unpacker) bytes() []byte {
	n := u.uint()
	if n == 0 {
		return nil
	}
	return u.take(n - 1)
}

func (u *unpacker) payload() store.Payload {
	name := u.take(u.uint())
	if string(name) != u.codec {
		u.codec = string(name)
	}
	codec := ""
	if len(name) > 0 {
		codec = u.codec
	}
	return store.Payload{Codec: codec, Data: u.bytes()}
}

func (u *unpacker) time() time.Time { return unpackTime(u.int()) }

// done tells whether everything was read, and all of it was well.
func (u *unpacker) done() bool { return !u.bad && len(u.b) == 0 }

func packTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	if v := t.UnixMicro(); v < 0 {
		return v
	} else {
		return v + 1
	}
}

func unpackTime(v int64) time.Time {
	switch {
	case v == 0:
		return time.Time{}
	case v < 0:
		return time.UnixMicro(v).UTC()
	}
	return time.UnixMicro(v - 1).UTC()
}
