package markup

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF8 is a text in UTF-8. One that begins with the byte order mark of UTF-16, as some editors and shells on Windows
// write it, is UTF-16. One that has bytes beyond ASCII, of which none are a character in UTF-8, is taken for Latin-1.
// Any other stays as it is, with its errors.
func UTF8(source []byte) []byte {
	switch {
	case bytes.HasPrefix(source, []byte("\xff\xfe")):
		return fromUTF16(source, binary.LittleEndian)
	case bytes.HasPrefix(source, []byte("\xfe\xff")):
		return fromUTF16(source, binary.BigEndian)
	case utf8.Valid(source) || bytes.ContainsFunc(source, isBeyondASCII):
		return source
	}
	text := make([]byte, 0, len(source)+len(source)/8)
	for _, b := range source {
		text = utf8.AppendRune(text, rune(b))
	}
	return text
}

func isBeyondASCII(r rune) bool { return r >= utf8.RuneSelf && r != utf8.RuneError }

func fromUTF16(source []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(source)/2)
	for i := range units {
		units[i] = order.Uint16(source[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
