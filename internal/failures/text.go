package failures

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/baton-go/baton/executor"
)

// Marshal encodes a value as JSON for a file that people read: "<" stays "<".
func Marshal(v any) (json.RawMessage, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(text.Bytes(), "\n"), nil
}

// textOf is what an error says, even if saying it panics.
func textOf(err error) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprintf("an error of type %T, whose method Error panics", err)
		}
	}()
	return err.Error()
}

// printed is what a panic's value says.
func printed(v any) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprintf("a value of type %T, which cannot be printed", v)
		}
	}()
	return fmt.Sprint(v)
}

// bounded is a text of at most limit bytes, and a note if there was more. What is not UTF-8 in it is replaced.
func bounded(text string, limit int) string {
	rest := 0
	if len(text) > limit {
		cut := limit
		for cut > 0 && cut > limit-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text, rest = text[:cut], len(text)-cut
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if rest > 0 {
		text += fmt.Sprintf("… (%d more bytes are not recorded)", rest)
	}
	return text
}

// Panicked is the error for a recovered panic, with its stack if it is called by the deferred function that recovered.
func Panicked(value any) error { return executor.NewPanicError(value) }
