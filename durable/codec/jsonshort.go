package codec

import (
	"strconv"
	"unicode/utf8"
)

// encodeShort encodes a value of one of the types that actions return most as encoding/json writes it, or tells that
// this takes more than it knows.
func encodeShort(v any) (data []byte, ok bool) {
	switch v := v.(type) {
	case struct{}:
		return []byte("{}"), true
	case string:
		if !simple(v) {
			return nil, false
		}
		data = make([]byte, 0, len(v)+2)
		data = append(data, '"')
		data = append(data, v...)
		return append(data, '"'), true
	case int:
		return strconv.AppendInt(nil, int64(v), 10), true
	case int64:
		return strconv.AppendInt(nil, v, 10), true
	case bool:
		return strconv.AppendBool(nil, v), true
	}
	return nil, false
}

// decodeShort decodes a value of one of these types, or tells that this takes more than it knows.
func decodeShort(data []byte, into any) bool {
	switch into := into.(type) {
	case *struct{}:
		return into != nil && string(data) == "{}"
	case *string:
		n := len(data) - 1
		if into == nil || n < 1 || data[0] != '"' || data[n] != '"' || !simple(data[1:n]) {
			return false
		}
		*into = string(data[1:n])
		return true
	case *int:
		n, ok := shortInt(data)
		if into == nil || !ok || int64(int(n)) != n {
			return false
		}
		*into = int(n)
		return true
	case *int64:
		n, ok := shortInt(data)
		if into == nil || !ok {
			return false
		}
		*into = n
		return true
	case *bool:
		if into == nil || string(data) != "true" && string(data) != "false" {
			return false
		}
		*into = data[0] == 't'
		return true
	}
	return false
}

// simple tells whether a text is itself in JSON.
func simple[T string | []byte](text T) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// shortInt reads a number of at most 18 digits, as JSON has it.
func shortInt(data []byte) (n int64, ok bool) {
	digits := data
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 || digits[0] == '0' && len(data) > 1 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	if len(digits) < len(data) {
		n = -n
	}
	return n, true
}
