package check

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// forgePattern is a comment, a review or a change, as GitHub names them: its pages load these when they are looked at.
var forgePattern = regexp.MustCompile(`^(issuecomment|discussioncomment|discussion_r|pullrequestreview|commitcomment|` +
	`event|diff|ref-commit|r)-?[0-9a-f]+`)

// linePattern is a line, or a range of lines, as GitHub and its like name it: L10, L10-L20, L10C3-L20C5.
var linePattern = regexp.MustCompile(`^L([0-9]+)(?:C[0-9]+)?(?:-L?([0-9]+)(?:C[0-9]+)?)?$`)

// needsNothing tells whether a fragment can be right whatever the document has: the empty one and "top" are its
// beginning (HTML, section 7.4.6.4), a directive behind ":~:" is a search in its text, and those that begin with
// a slash or an exclamation mark are states of a program in the page.
func needsNothing(fragment string) bool {
	fragment, _, _ = strings.Cut(fragment, ":~:")
	return fragment == "" || strings.EqualFold(fragment, "top") || fragment[0] == '/' || fragment[0] == '!'
}

// judgeAnchor checks a fragment against the anchors of a document. GitHub prefixes the anchors that authors write with
// "user-content-", and its pages find them with and without it.
func judgeAnchor(fragment string, o Outline) verdict {
	fragment, _, _ = strings.Cut(fragment, ":~:")
	const prefix = "user-content-"
	if o.Has(fragment) || o.Has(strings.TrimPrefix(fragment, prefix)) || o.Has(prefix+fragment) {
		return verdict{}
	}
	v := verdict{kind: NoAnchor, message: fmt.Sprintf("there is no anchor %q", fragment)}
	if near := closest(fragment, o.Anchors); near != "" {
		v.suggestion = "#" + near
	}
	return v
}

// judgeLines checks a fragment that names lines against the length of a file. One that does not is none of our
// business: images, films and PDFs have fragments of their own.
func judgeLines(fragment string, o Outline) verdict {
	m := linePattern.FindStringSubmatch(fragment)
	if m == nil || o.Lines == 0 {
		return verdict{}
	}
	for _, number := range m[1:] {
		if number == "" {
			continue
		}
		if n, err := strconv.Atoi(number); err != nil || n < 1 || n > o.Lines {
			return verdict{kind: NoLine, message: fmt.Sprintf("the file has %d lines", o.Lines)}
		}
	}
	return verdict{}
}
