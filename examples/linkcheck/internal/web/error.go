package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/baton-go/baton/executor/backoff"
)

// Error says why there is no answer, in a few words, and holds what the network said.
type Error struct {
	Reason string
	Err    error
}

// Error is the reason.
func (e *Error) Error() string { return e.Reason }

// Unwrap returns what the network said.
func (e *Error) Unwrap() error { return e.Err }

// describe says what went wrong with a request. What will be the same the next time is permanent.
func describe(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause // nothing is wrong with the server
	}
	if reason := certificate(err); reason != "" {
		return backoff.Permanent(&Error{reason, err})
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return backoff.Permanent(&Error{"no such host", err})
		}
		return &Error{"the host's name cannot be looked up", err}
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{"the connection was refused", err}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return &Error{"the server reset the connection", err}
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return &Error{"the host cannot be reached", err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{"the server broke off its answer", err}
	case errors.Is(err, net.ErrClosed): // net/http has, because the server spoke or hung up
		return &Error{"the connection ended before the request was sent", err}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &Error{"the server took too long", err}
	}
	if strings.HasPrefix(err.Error(), "readLoopPeekFailLocked: ") { // net/http has no better name for it
		return &Error{"the server spoke before it was asked", err}
	}
	return &Error{strings.TrimPrefix(err.Error(), "net/http: HTTP/1.x transport connection broken: "), err}
}

// certificate says what is wrong with the server's certificate, or with the protocol that it speaks, if something is.
func certificate(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another host"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return "the certificate is not valid: " + strings.TrimPrefix(e.Error(), "x509: ")
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate is signed by nobody known"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "no agreement about TLS"
	}
	return ""
}
