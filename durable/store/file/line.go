package file

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"strconv"
)

// A line is one or more parts with a tab between them. A part is its checksum (CRC-32C, eight hexadecimal digits), a
// space, and JSON, in which there is neither a tab nor the end of a line.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const checksumSize = 9 // with its space

// appendPart appends a part.
func appendPart(b []byte, v any) ([]byte, error) {
	from := len(b)
	b = append(b, "00000000 "...)
	w := bytes.NewBuffer(b)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	b = w.Bytes()
	b = b[:len(b)-1] // the encoder's end of line
	text := b[from+checksumSize:]
	copy(b[from:], fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli)))
	return b, nil
}

// readPart reads a part into v, and tells whether it could.
func readPart(part []byte, v any) bool {
	if len(part) < checksumSize || part[checksumSize-1] != ' ' {
		return false
	}
	sum, err := strconv.ParseUint(string(part[:checksumSize-1]), 16, 32)
	text := part[checksumSize:]
	if err != nil || uint32(sum) != crc32.Checksum(text, castagnoli) {
		return false
	}
	return json.Unmarshal(text, v) == nil
}
