package check

import "strconv"

// StatusError is the answer of a server that may answer better if it is asked again: 429 and most of 5xx.
type StatusError struct{ Status int }

// Error tells the status.
func (e *StatusError) Error() string { return "the server answers " + status(e.Status) }

// status is a status code with the words for those that people meet.
func status(code int) string {
	words := map[int]string{
		400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
		405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
		410: "Gone", 418: "I'm a teapot", 421: "Misdirected Request", 422: "Unprocessable Content",
		429: "Too Many Requests", 451: "Unavailable For Legal Reasons",
		500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
		504: "Gateway Timeout",
	}
	if w, ok := words[code]; ok {
		return strconv.Itoa(code) + " " + w
	}
	return strconv.Itoa(code)
}
