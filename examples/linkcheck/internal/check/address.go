package check

import (
	"net/url"
	"strings"
	"unicode"
)

// parseMail checks the form of the addresses of a mailto: link (RFC 6068). Whether anybody reads there is not asked.
func parseMail(link string) target {
	list, _, _ := strings.Cut(link[len("mailto:"):], "?")
	list, err := url.PathUnescape(list)
	if err != nil {
		return bad(BadAddress, err.Error())
	}
	if list == "" { // mailto:?to=… names its recipients in the query, mailto: leaves them to the writer
		return target{class: skipped}
	}
	for address := range strings.SplitSeq(list, ",") {
		if !isAddress(strings.TrimSpace(address)) {
			return bad(BadAddress, "not a mail address: "+address)
		}
	}
	return target{class: skipped}
}

func isAddress(address string) bool {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at == len(address)-1 || strings.ContainsFunc(address, unicode.IsSpace) {
		return false
	}
	domain := address[at+1:]
	return !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".") && !strings.Contains(domain, "..") &&
		!strings.ContainsAny(domain, "@<>()/\\\"")
}

// parsePhone checks that the number of a tel: link (RFC 3966) has digits, and nothing that no number has.
func parsePhone(link string) target {
	number, _, _ := strings.Cut(link[len("tel:"):], ";")
	number, err := url.PathUnescape(number)
	if err != nil || !strings.ContainsAny(number, "0123456789") ||
		strings.Trim(number, "+0123456789-.() *#abcdefABCDEF") != "" {
		return bad(BadAddress, "not a telephone number: "+link[len("tel:"):])
	}
	return target{class: skipped}
}
