package command_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// site is a server on this machine that answers for every host, and misbehaves for some.
type site struct {
	plain, secure *httptest.Server
	slow          net.Listener
	transport     *http.Transport

	mu       sync.Mutex
	requests map[string]int // by method, host and path
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{requests: map[string]int{}}
	s.plain = httptest.NewServer(s)
	s.secure = httptest.NewUnstartedServer(s)
	s.secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it says that we do not trust it
	s.secure.StartTLS()
	s.slow = s.drip(t)
	s.transport = &http.Transport{DialContext: s.dial, MaxIdleConnsPerHost: 4, MaxResponseHeaderBytes: 256 << 10}
	t.Cleanup(func() {
		s.transport.CloseIdleConnections()
		s.plain.CloseClientConnections()
		s.plain.Close()
		s.secure.Close()
	})
	return s
}

// dial leads every host here, but for those that cannot be reached.
func (s *site) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	to := s.plain.Listener.Addr().String()
	switch {
	case host == "nowhere.site":
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	case host == "refused.site":
		to = "127.0.0.1:1" // nobody listens there
	case host == "drip.site":
		to = s.slow.Addr().String()
	case port == "443":
		to = s.secure.Listener.Addr().String()
	}
	var d net.Dialer
	return d.DialContext(ctx, network, to)
}

// drip listens for connections and, once it was asked something, answers a byte at a time, for ever.
func (s *site) drip(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				if _, err := c.Read(make([]byte, 1)); err != nil {
					return
				}
				tick := time.NewTicker(10 * time.Millisecond)
				defer tick.Stop()
				for _, b := range []byte("HTTP/1.1 200 OK\r\nX-Slow: " + strings.Repeat("z", 1<<16)) {
					<-tick.C
					if _, err := c.Write([]byte{b}); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return l
}

// count counts a request and returns how many of its kind there were before.
func (s *site) count(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Method + " " + r.Host + r.URL.Path
	s.requests[key]++
	return s.requests[key] - 1
}

func (s *site) asked(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[key]
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	before := s.count(r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch r.Host {
	case "busy.site": // says when to come back
		if before == 0 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	case "blocked.site":
		w.WriteHeader(http.StatusTooManyRequests)
	case "flaky.site":
		if before == 0 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	case "down.site":
		w.WriteHeader(http.StatusServiceUnavailable)
	case "loop.site":
		http.Redirect(w, r, map[string]string{"/a": "/b", "/b": "/a"}[r.URL.Path], http.StatusFound)
	case "chain.site":
		http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
	case "moved.site":
		switch r.URL.Path {
		case "/old":
			http.Redirect(w, r, "/older", http.StatusMovedPermanently)
		case "/older":
			http.Redirect(w, r, "http://good.site/", http.StatusPermanentRedirect)
		case "/now":
			http.Redirect(w, r, "http://good.site/", http.StatusFound)
		case "/nowhere":
			w.WriteHeader(http.StatusFound)
		case "/mail":
			http.Redirect(w, r, "mailto:a@b.example", http.StatusFound)
		}
	case "reset.site":
		hijack(w, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) })
	case "cut.site": // promises more than it sends
		hijack(w, func(c net.Conn) {
			fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>half")
		})
	case "garbage.site":
		hijack(w, func(c net.Conn) { fmt.Fprint(c, "220 smtp ready\r\n") })
	case "nohead.site": // refuses HEAD in the manner of the path
		if r.Method == http.MethodHead {
			if r.URL.Path == "/reset" {
				panic(http.ErrAbortHandler)
			}
			w.WriteHeader(map[string]int{"/405": 405, "/403": 403, "/404": 404, "/501": 501, "/500": 500}[r.URL.Path])
		}
	case "private.site":
		w.WriteHeader(map[string]int{"/401": 401, "/403": 403, "/999": 999}[r.URL.Path])
	case "sleepy.site":
		<-r.Context().Done()
	default:
		s.serve(w, r)
	}
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	switch r.Host + r.URL.Path {
	case "hostile.site/deep":
		fmt.Fprint(w, strings.Repeat("<div>", 1<<18), "<p id=deep>", strings.Repeat("</div>", 1<<18))
	case "hostile.site/invalid":
		fmt.Fprint(w, "<p id=\xff\xfe><a href='\x80'><![CDATA[<!-- <p id=ok>", strings.Repeat("\xf0\x28", 1000))
	case "hostile.site/attribute":
		fmt.Fprint(w, "<p title='", strings.Repeat("&amp;<", 1<<20), "' id=far><a", strings.Repeat(" a", 1<<18), ">")
	case "hostile.site/anchors":
		for i := range 1 << 18 {
			fmt.Fprintf(w, "<a id=a%d>", i)
		}
	case "hostile.site/endless":
		for chunk := strings.Repeat("<p>more</p>", 1<<12); ; {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	case "hostile.site/stuck":
		fmt.Fprint(w, "<p id=soon>")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case "hostile.site/header":
		w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
	case "linked.site/":
		fmt.Fprint(w, "<a href=one><a href=two><a href='http://good.site/missing'>")
	case "linked.site/one":
		fmt.Fprint(w, "<a href='#gone'><a href=/><a href=/two#here>")
	case "good.site/pdf":
		w.Header().Set("Content-Type", "application/pdf")
		fmt.Fprint(w, "<p id=x>")
	case "good.site/gone":
		w.WriteHeader(http.StatusGone)
	case "good.site/missing":
		w.WriteHeader(http.StatusNotFound)
	default:
		fmt.Fprint(w, `<h1 id="here">A page</h1><h2 id="user-content-there">Another</h2>`)
	}
}

func hijack(w http.ResponseWriter, do func(net.Conn)) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		do(c)
		c.Close()
	}
}
