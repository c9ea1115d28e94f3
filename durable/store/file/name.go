package file

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// longest is how long a file's name is at most, without its suffix. Most systems allow 255 bytes.
const longest = 200

// nameOf returns the name of a run's file. Different IDs have different names, even on a disk that takes "A" and "a"
// for the same, and no name is a path or a device. Lower-case letters, digits, and "-", "_" and "." that do not come
// first stand for themselves; of anything else each byte is "%" with two hexadecimal digits. Of a name that would be
// too long there is the beginning, "~", and a hash of the ID.
func nameOf(id string) string {
	var b strings.Builder
	for i := range len(id) {
		c := id[i]
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || i > 0 && strings.IndexByte("-_.", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	name := b.String()
	if device(name) {
		name = fmt.Sprintf("%%%02x", name[0]) + name[1:]
	}
	if len(name) > longest {
		hash := sha256.Sum256([]byte(id))
		name = name[:longest-1-2*len(hash)] + "~" + hex.EncodeToString(hash[:])
	}
	return name
}

// device tells whether Windows takes the name, in lower case, for a device, whatever follows a dot.
func device(name string) bool {
	name, _, _ = strings.Cut(name, ".")
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (strings.HasPrefix(name, "com") || strings.HasPrefix(name, "lpt")) &&
		'0' <= name[3] && name[3] <= '9'
}

// idOf returns the ID of the run whose file has the name, or the name itself if it does not say.
func idOf(name string) string {
	var id []byte
	for rest := name; rest != ""; {
		if rest[0] != '%' {
			id, rest = append(id, rest[0]), rest[1:]
			continue
		}
		c, err := hex.DecodeString(rest[1:min(3, len(rest))])
		if err != nil || len(c) != 1 {
			return name
		}
		id, rest = append(id, c[0]), rest[3:]
	}
	if nameOf(string(id)) != name {
		return name
	}
	return string(id)
}
