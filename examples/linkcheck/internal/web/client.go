// Package web carries out the actions on URLs: it sends one request and tells what came back. It follows no redirect,
// repeats nothing and limits nothing but what it holds in memory: to decide is for package check, and for the policies
// above.
package web

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/markup"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// Client sends requests. It is safe for concurrent use.
type Client struct {
	agent     string
	transport http.RoundTripper
}

// maxBody is how much of a page is read: more than people scroll through.
const maxBody = 8 << 20

// NewClient makes a client that calls itself agent.
func NewClient(agent string) *Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns = 100
	t.MaxIdleConnsPerHost = 4
	t.IdleConnTimeout = 10 * time.Second
	t.MaxResponseHeaderBytes = 256 << 10
	return NewClientWith(agent, t)
}

// NewClientWith makes a client whose requests go through the given transport.
func NewClientWith(agent string, transport http.RoundTripper) *Client {
	return &Client{agent: agent, transport: transport}
}

// Close ends the connections that are not in use.
func (c *Client) Close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Handlers are the handlers of the actions on URLs.
func (c *Client) Handlers() executor.Handler {
	return executor.NewMux(executor.On(c.head), executor.On(c.get))
}

func (c *Client) head(ctx context.Context, a check.Head) (check.Answer, error) {
	response, err := c.send(ctx, http.MethodHead, a.URL)
	if err != nil {
		return check.Answer{}, err
	}
	return answer(response), response.Body.Close()
}

func (c *Client) get(ctx context.Context, a check.Get) (check.Page, error) {
	response, err := c.send(ctx, http.MethodGet, a.URL)
	if err != nil {
		return check.Page{}, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	page := check.Page{Answer: answer(response)}
	if !a.Parse || response.StatusCode != http.StatusOK || !isHTML(response.Header) {
		return page, nil
	}
	var body bytes.Buffer
	n, err := body.ReadFrom(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return page, describe(ctx, err)
	}
	page.Parsed, page.Cut = true, n > maxBody
	page.Document = markup.HTML(markup.UTF8(body.Bytes()))
	return page, nil
}

// send sends one request. The statuses that pass with time are errors, so that policies see them as failures; every
// other one is an answer.
func (c *Client) send(ctx context.Context, method, url string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	request.Header.Set("Accept-Language", "en,*;q=0.5")
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return nil, describe(ctx, err)
	}
	switch response.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		response.Body.Close() //nolint:errcheck // nobody reads it
		return nil, passing(response)
	}
	return response, nil
}

// passing is the error for a status that may be another one later, with the time at which the server says so.
func passing(response *http.Response) error {
	err := error(&check.StatusError{Status: response.StatusCode})
	if wait, ok := backoff.ParseRetryAfter(response.Header.Get("Retry-After"), time.Now()); ok {
		return backoff.After(err, wait)
	}
	return err
}

func answer(response *http.Response) check.Answer {
	return check.Answer{Status: response.StatusCode, Location: response.Header.Get("Location")}
}

func isHTML(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (media == "text/html" || media == "application/xhtml+xml")
}
