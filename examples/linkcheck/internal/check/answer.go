package check

import "errors"

// needsAnchor tells whether a fragment on a remote page is checked. Those are not that a program puts there.
func needsAnchor(fragment string) bool {
	return !needsNothing(fragment) && !linePattern.MatchString(fragment) && !forgePattern.MatchString(fragment)
}

// judge judges a link to the URL, with a fragment or without.
func (o outcome) judge(fragment string) verdict {
	switch {
	case o.failed.kind != "":
		return o.failed
	case isUnverified(o.Status):
		return verdict{kind: Unverified, message: "the server answers " + status(o.Status)}
	case o.Status < 200 || o.Status >= 400:
		return verdict{kind: BadStatus, message: "the server answers " + status(o.Status)}
	}
	if o.Parsed && needsAnchor(fragment) {
		if v := judgeAnchor(fragment, o.Outline); v.kind != "" && !o.Cut {
			return v
		}
	}
	if o.moved != "" {
		v := verdict{kind: Moved, message: "moved permanently", suggestion: o.moved}
		if fragment != "" {
			v.suggestion += "#" + fragment
		}
		return v
	}
	return verdict{}
}

// failure is what an error says about a URL.
func failure(err error) verdict {
	v := verdict{kind: Unreachable, message: Because(err)}
	if e, ok := errors.AsType[*StatusError](last(err)); ok {
		v.kind = BadStatus
		if isUnverified(e.Status) {
			v.kind = Unverified
		}
	}
	return v
}

// isUnverified tells that a server answers, but not us: it wants a login, a person, or fewer questions.
func isUnverified(status int) bool {
	switch status {
	case 401, 402, 403, 407, 429, 451, 999:
		return true
	}
	return false
}
