package postgres

import (
	"crypto/sha256"
	"encoding/binary"
)

// longest is how many bytes of a key or a label are indexed. PostgreSQL refuses entries of more than a third of a page.
const longest = 500

// short is what stands for bytes of any length in an index. Long ones are cut, and end in a digest, so that they are
// longer than any that are not.
func short(b []byte) []byte {
	if len(b) <= longest {
		return b
	}
	sum := sha256.Sum256(b)
	return append(b[:longest:longest], sum[:]...)
}

// key is a message's key as it is indexed; there is none for "".
func key(s string) []byte {
	if s == "" {
		return nil
	}
	return short([]byte(s))
}

// label is a label as it is indexed.
func label(name, value string) []byte {
	b := binary.AppendUvarint(nil, uint64(len(name)))
	b = append(b, name...)
	return short(append(b, value...))
}
