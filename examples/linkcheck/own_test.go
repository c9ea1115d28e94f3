package main_test

import (
	"bytes"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/command"
)

// offline is a machine without a network.
type offline struct{}

func (offline) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("there is no network")
}

func TestTheLinksOfThisRepositoryAreAliveAndNeedNoNetwork(t *testing.T) {
	t.Parallel()
	var out, complaints bytes.Buffer
	c := command.Command{Out: &out, Err: &complaints, Transport: offline{}}
	require.Equal(t, command.Alive, c.Run(t.Context(), []string{"../.."}), "%s%s", &out, &complaints)
	require.Empty(t, complaints.String())
}
