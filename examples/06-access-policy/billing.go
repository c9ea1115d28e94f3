package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/executor"
)

// billing is an HTTP service that knows who has paid. Its first answer to anybody is that it is busy.
type billing struct {
	server *httptest.Server
	asked  atomic.Int32
}

func startBilling(far time.Duration) *billing {
	b := &billing{}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := wait(r.Context(), far); err != nil {
			return
		}
		if b.asked.Add(1) == 1 {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		paid := map[string]bool{"ada": true, "bob": false, "cleo": true}
		_ = json.NewEncoder(w).Encode(map[string]bool{"paid": paid[r.URL.Query().Get("user")]}) // nobody is left to tell
	}))
	return b
}

// client asks the service.
func (b *billing) client() executor.Handler {
	return executor.On(func(ctx context.Context, a HasPaid) (bool, error) {
		address := b.server.URL + "/paid?user=" + url.QueryEscape(a.User)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
		if err != nil {
			return false, err
		}
		response, err := b.server.Client().Do(request)
		if err != nil {
			return false, err
		}
		defer response.Body.Close() //nolint:errcheck // it was read
		if response.StatusCode != http.StatusOK {
			return false, fmt.Errorf("billing: %s", response.Status)
		}
		var answer struct{ Paid bool }
		err = json.NewDecoder(response.Body).Decode(&answer)
		return answer.Paid, err
	})
}
