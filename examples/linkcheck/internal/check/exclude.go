package check

import (
	"errors"
	"regexp"
	"strings"
)

// Pattern says what to leave out.
type Pattern struct {
	expression *regexp.Regexp
	// name tells that the pattern is about single names, wherever they are in a path.
	name bool
}

// ParsePattern reads a pattern: between slashes, a regular expression that is to be found anywhere in a path or a link;
// else a glob for the whole of it, where * stands for any characters, slashes included, and ? for one. A slash at the
// end of either makes no difference. A glob without a slash also matches any single name in a path.
func ParsePattern(s string) (Pattern, error) {
	if len(s) > 2 && strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/") {
		expression, err := regexp.Compile(s[1 : len(s)-1])
		return Pattern{expression: expression}, err
	}
	if s == "" {
		return Pattern{}, errors.New("the pattern is empty")
	}
	glob := regexp.QuoteMeta(strings.TrimSuffix(strings.TrimPrefix(s, "./"), "/"))
	glob = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(glob)
	return Pattern{regexp.MustCompile("^(?s:" + glob + ")/?$"), !strings.Contains(s, "/")}, nil
}

// Patterns is what to leave out of a run.
type Patterns []Pattern

// path tells whether a path is left out. A directory is, with all that is in it.
func (ps Patterns) path(path string) bool {
	for _, p := range ps {
		if p.expression.MatchString(path) || p.name && p.expression.MatchString(path[strings.LastIndexByte(path, '/')+1:]) {
			return true
		}
	}
	return false
}

// link tells whether a link is left out.
func (ps Patterns) link(target string) bool {
	for _, p := range ps {
		if p.expression.MatchString(target) {
			return true
		}
	}
	return false
}
