package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/web"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canned answers every request with the same response.
type canned struct {
	response http.Response
	body     string
	request  *http.Request
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	c.request = r
	response := c.response
	response.Body = io.NopCloser(strings.NewReader(c.body))
	if response.Header == nil {
		response.Header = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	}
	return &response, nil
}

func client(t http.RoundTripper) executor.Executor {
	return executor.NewMux(web.NewClientWith("tester/1", t).Handlers())
}

func TestARequestIsAnsweredAsTheServerAnswers(t *testing.T) {
	t.Parallel()
	c := &canned{response: http.Response{
		StatusCode: http.StatusMovedPermanently, Header: http.Header{"Location": {"../x"}},
	}}
	got, err := client(c).Execute(t.Context(), check.Head{URL: "http://a.b/c"})
	require.NoError(t, err)
	require.Equal(t, check.Answer{Status: 301, Location: "../x"}, got)
	require.Equal(t, "HEAD", c.request.Method)
	require.Equal(t, "tester/1", c.request.UserAgent())
}

func TestOnlyPagesThatAreWantedAreParsed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		parse  bool
		status int
		media  string
		parsed bool
	}{
		"a page":         {true, 200, "text/html", true},
		"XHTML":          {true, 200, "application/xhtml+xml; charset=x", true},
		"not wanted":     {false, 200, "text/html", false},
		"not a page":     {true, 200, "application/pdf", false},
		"of no type":     {true, 200, "", false},
		"an error's":     {true, 404, "text/html", false},
		"of a bad type":  {true, 200, ";;", false},
		"without a page": {true, 204, "text/html", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &canned{body: "<p id=x><a href=y>", response: http.Response{
				StatusCode: want.status, Header: http.Header{"Content-Type": {want.media}},
			}}
			got, err := client(c).Execute(t.Context(), check.Get{URL: "http://a.b/c", Parse: want.parse})
			require.NoError(t, err)
			page, ok := got.(check.Page)
			require.True(t, ok)
			require.Equal(t, want.status, page.Status)
			require.Equal(t, want.parsed, page.Parsed)
			require.Equal(t, want.parsed, page.Has("x"))
			require.Equal(t, want.parsed, len(page.Links) == 1)
		})
	}
}

func TestALongPageIsCut(t *testing.T) {
	t.Parallel()
	c := &canned{response: http.Response{StatusCode: http.StatusOK}}
	c.body = "<p id=x>" + strings.Repeat("<p>", 3<<20) + "<p id=y>"
	got, err := client(c).Execute(t.Context(), check.Get{URL: "http://a.b/c", Parse: true})
	require.NoError(t, err)
	page, ok := got.(check.Page)
	require.True(t, ok)
	require.True(t, page.Cut)
	require.True(t, page.Has("x"))
	require.False(t, page.Has("y"))
}

func TestAStatusThatMayPassIsAnErrorThatSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	for status, passes := range map[int]bool{
		408: true, 429: true, 500: true, 502: true, 503: true, 504: true, 501: false, 404: false,
	} {
		c := &canned{response: http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"7"}}}}
		_, err := client(c).Execute(t.Context(), check.Get{URL: "http://a.b/"})
		if !passes {
			require.NoError(t, err)
			continue
		}
		var failed *check.StatusError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, status, failed.Status)
		wait, ok := backoff.RetryAfter(err)
		require.True(t, ok)
		require.Equal(t, 7*time.Second, wait)
		require.False(t, backoff.IsPermanent(err))
	}
}

func TestAnInterruptIsNoErrorOfTheServer(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	c := web.NewClient("tester/1")
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	_, err := executor.NewMux(c.Handlers()).Execute(ctx, check.Head{URL: server.URL})
	require.ErrorIs(t, err, context.Canceled)
}

// watched is a connection that says when it is closed.
type watched struct {
	net.Conn
	close func()
}

func (w watched) Close() error {
	defer w.close()
	return w.Conn.Close()
}

func TestAServerThatSpeaksFirstIsReportedForIt(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		_, _ = c.Read(make([]byte, 1)) // until the client has had enough
		_ = c.Close()
	}()
	closed := make(chan struct{})
	c := web.NewClientWith("tester/1", &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return watched{conn, sync.OnceFunc(func() { close(closed) })}, err
		},
	})
	defer c.Close()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { <-closed }, // it has spoken before the request is sent
	})
	_, err = executor.NewMux(c.Handlers()).Execute(ctx, check.Head{URL: "http://" + listener.Addr().String()})
	require.Error(t, err)
	require.Contains(t, []string{
		"the server spoke before it was asked",
		"the connection ended before the request was sent", // the request was on its way to a connection that is closed
	}, err.Error())
	require.False(t, backoff.IsPermanent(err))
}

// broken fails every request in the same way.
type broken struct{ err error }

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, b.err }

func TestARequestOnAConnectionThatIsClosedIsToldWithoutAddresses(t *testing.T) {
	t.Parallel()
	here, there := &net.TCPAddr{Port: 54288}, &net.TCPAddr{Port: 80}
	closed := &net.OpError{Op: "write", Net: "tcp", Source: here, Addr: there, Err: net.ErrClosed}
	_, err := client(broken{closed}).Execute(t.Context(), check.Head{URL: "http://a.b/"})
	require.EqualError(t, err, "the connection ended before the request was sent")
	require.ErrorIs(t, err, net.ErrClosed)
	require.False(t, backoff.IsPermanent(err))
}

func TestABadURLIsPermanent(t *testing.T) {
	t.Parallel()
	_, err := client(&canned{}).Execute(t.Context(), check.Head{URL: "http://a b/"})
	require.True(t, backoff.IsPermanent(err))
}

func TestIPv6IsSpoken(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	listener, err := net.Listen("tcp6", "[::1]:0")
	if err != nil && os.Getenv("BATON_REQUIRE_ALL") == "1" {
		t.Fatalf("this machine has no IPv6: %v", err)
	} else if err != nil {
		t.Skipf("this machine has no IPv6: %v", err)
	}
	require.NoError(t, server.Listener.Close())
	server.Listener = listener
	server.Start()
	defer server.Close()
	c := web.NewClient("tester/1")
	defer c.Close()
	got, err := executor.NewMux(c.Handlers()).Execute(t.Context(), check.Head{URL: server.URL})
	require.NoError(t, err)
	require.Equal(t, check.Answer{Status: 200}, got)
}
