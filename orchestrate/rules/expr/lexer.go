package expr

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// token is a piece of a text.
type token struct {
	kind   tokenKind
	offset int
	text   string // of a name, of a modifier without its colon, or as it stands
	value  any    // of a literal
}

type tokenKind uint8

const (
	end tokenKind = iota
	name
	modifier
	literal
	sign // operators, parentheses and words with a meaning, in one form each
)

// words are the names that mean something, and the sign that they stand for.
var words = map[string]string{
	"and": "&", "or": "|", "not": "~", "then": "then", "if": "if", "else": "else", "true": "", "false": "",
}

type lexer struct {
	text string
	next int
}

// token reads the next token.
func (l *lexer) token() (token, error) {
	l.skip()
	at := l.next
	if at == len(l.text) {
		return token{kind: end, offset: at}, nil
	}
	c := l.text[at]
	switch {
	case c == '"':
		return l.quoted()
	case c >= '0' && c <= '9', c == '-':
		return l.number()
	}
	if word := l.word(at); word != "" {
		l.next += len(word)
		switch s, ok := words[word]; {
		case word == "true", word == "false":
			return token{kind: literal, offset: at, text: word, value: word == "true"}, nil
		case ok:
			return token{kind: sign, offset: at, text: s}, nil
		}
		return token{kind: name, offset: at, text: word}, nil
	}
	if c == ':' {
		word := l.word(at + 1)
		l.next += 1 + len(word)
		if word == "" {
			return token{kind: sign, offset: at, text: ":"}, nil
		}
		return token{kind: modifier, offset: at, text: word}, nil
	}
	if strings.HasPrefix(l.text[at:], ">>") {
		l.next += 2
		return token{kind: sign, offset: at, text: ">>"}, nil
	}
	if strings.IndexByte("&|~!?(),", c) >= 0 {
		l.next++
		if c == '!' {
			c = '~'
		}
		return token{kind: sign, offset: at, text: string(rune(c))}, nil
	}
	r, _ := utf8.DecodeRuneInString(l.text[at:])
	return token{}, wrong(l.text, at, "unexpected character %q", r)
}

// skip goes over blanks and comments.
func (l *lexer) skip() {
	for l.next < len(l.text) {
		rest := l.text[l.next:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			l.next++
		case rest[0] == '#', strings.HasPrefix(rest, "//"):
			line := strings.IndexByte(rest, '\n')
			if line < 0 {
				line = len(rest)
			}
			l.next += line
		default:
			return
		}
	}
}

// word is the name that begins at an offset, or empty.
func (l *lexer) word(from int) string {
	to := from
	for i, r := range l.text[from:] {
		first := r == '_' || unicode.IsLetter(r)
		if !first && (i == 0 || r != '.' && !unicode.IsDigit(r)) {
			break
		}
		to = from + i + utf8.RuneLen(r)
	}
	return l.text[from:to]
}

func (l *lexer) quoted() (token, error) {
	at := l.next
	for i := at + 1; i < len(l.text) && l.text[i] != '\n'; i++ {
		switch l.text[i] {
		case '\\':
			i++
		case '"':
			l.next = i + 1
			s, err := strconv.Unquote(l.text[at:l.next])
			if err != nil || !utf8.ValidString(s) {
				return token{}, wrong(l.text, at, "the string %s is malformed", clip(l.text[at:l.next]))
			}
			return token{kind: literal, offset: at, text: l.text[at:l.next], value: s}, nil
		}
	}
	return token{}, wrong(l.text, at, "the string is not closed by a \" on its line")
}

// number reads an integer, a float or a duration.
func (l *lexer) number() (token, error) {
	at, to := l.next, l.next+1
	for to < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[to:])
		exponent := (r == '-' || r == '+') && (l.text[to-1] == 'e' || l.text[to-1] == 'E')
		if r != '.' && !exponent && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		to += size
	}
	text := l.text[at:to]
	l.next = to
	t := token{kind: literal, offset: at, text: text}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		t.value = int(n)
		if int64(int(n)) == n {
			return t, nil
		}
	}
	const floats = "-0123456789.eE+"
	if strings.Trim(text, floats) == "" {
		if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, ".eE") {
			t.value = f
			return t, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil {
		t.value = d
		return t, nil
	}
	return token{}, wrong(l.text, at, "%q is no number or duration, or too large for one", clip(text))
}
