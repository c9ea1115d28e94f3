package redis

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Config is what may be chosen about a store. The zero Config is the safe choice.
type Config struct {
	// Prefix is what the keys of the store begin with, in braces. "" stands for "baton". It has no braces of its own.
	// Stores of several prefixes have nothing to do with each other.
	Prefix string
	// AllowLoss lets Open use a server that may lose what it has acknowledged, or of which that cannot be known: it has
	// no append-only file, or does not sync it before it answers, may evict keys, is part of a cluster, which promotes
	// replicas that lack something, or does not tell its configuration.
	AllowLoss bool
}

const defaultPrefix = "baton"

func (c Config) checked() (Config, error) {
	if c.Prefix == "" {
		c.Prefix = defaultPrefix
	}
	const longest = 200
	switch {
	case len(c.Prefix) > longest:
		return c, fmt.Errorf("the prefix %q has more than %d bytes", c.Prefix, longest)
	case strings.ContainsAny(c.Prefix, "{}"):
		return c, fmt.Errorf("the prefix %q has braces, in which it is put", c.Prefix)
	}
	return c, nil
}

// clientOf makes a client of the store's own.
func clientOf(url string) (*redis.Client, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, hidden(err)
	}
	const patience = 15 * time.Second // a disk may keep the server from answering for a while
	if o.ReadTimeout == 0 {
		o.ReadTimeout = patience
	}
	if o.DialerRetries == 0 {
		o.DialerRetries = 1 // whoever calls tries again
	}
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}

// usable refuses clients with which a store would not work.
func usable(client redis.UniversalClient) error {
	switch c := client.(type) {
	case nil:
		return errors.New("the client is nil")
	case *redis.Ring:
		return errors.New("the client is a Ring, which takes another server when one does not answer")
	case *redis.ClusterClient:
		if o := c.Options(); o.ReadOnly || o.RouteByLatency || o.RouteRandomly {
			return errors.New("the client reads from replicas, which may be behind")
		}
	}
	return nil
}
