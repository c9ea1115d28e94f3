package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable/store"
)

// node is the server that has the store.
func (s *Store) node(ctx context.Context) (redis.UniversalClient, error) {
	if c, ok := s.client.(*redis.ClusterClient); ok {
		return c.MasterForKey(ctx, s.key[0])
	}
	return s.client, nil
}

// assert refuses a server that may forget what it has acknowledged, and looks at its clock.
func (s *Store) assert(ctx context.Context) error {
	node, err := s.node(ctx)
	if err != nil {
		return err
	}
	asked := s.clocks.Time()
	now, err := node.Time(ctx).Result()
	if err != nil {
		return err
	}
	s.clocks.Measure(asked, now)
	info, err := node.Info(ctx).Result()
	if err != nil && (!fromServer(err) || !s.config.AllowLoss) {
		return err
	}
	if strings.Contains(info, "role:slave") {
		return errors.New("the server is a replica: what is written to it is lost")
	}
	if s.config.AllowLoss {
		return nil
	}
	risks, err := risks(ctx, node)
	if err != nil {
		return err
	}
	if strings.Contains(info, "cluster_enabled:1") {
		risks = append(risks, "it is part of a cluster, which may put a replica in its place that lacks something")
	}
	if len(risks) > 0 {
		return fmt.Errorf("the server may lose what it has acknowledged: %s; AllowLoss takes that as it is",
			strings.Join(risks, "; "))
	}
	return nil
}

// risks says which of the server's settings are not safe.
func risks(ctx context.Context, node redis.UniversalClient) (all []string, err error) {
	settings := map[string]string{}
	for _, name := range []string{
		"appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory", "maxmemory-policy",
	} {
		found, err := node.ConfigGet(ctx, name).Result()
		switch {
		case err != nil && fromServer(err):
			return []string{"it does not tell its configuration, so nobody knows (" + err.Error() + ")"}, nil
		case err != nil:
			return nil, err
		}
		settings[name] = found[name]
	}
	for _, safe := range []struct{ name, value string }{
		{"appendonly", "yes"}, {"appendfsync", "always"}, {"no-appendfsync-on-rewrite", "no"},
	} {
		if is := settings[safe.name]; is != safe.value {
			all = append(all, fmt.Sprintf("its %s is %q instead of %q", safe.name, is, safe.value))
		}
	}
	if policy := settings["maxmemory-policy"]; settings["maxmemory"] != "0" && strings.HasPrefix(policy, "allkeys") {
		all = append(all, fmt.Sprintf("its maxmemory-policy is %q, which evicts keys instead of %q", policy, "noeviction"))
	}
	return all, nil
}

// newest is the version of the form in which this library keeps runs.
const newest = 1

// identify makes the store if it is not there, and refuses one that it does not know.
func (s *Store) identify(ctx context.Context) error {
	reply, err := s.run(ctx, openScript, newest, s.self)
	if err != nil {
		return err
	}
	found, err := list(reply, 2)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(text(found[0]))
	id := text(found[1])
	switch {
	case err != nil || version < 1 || id == "":
		return fmt.Errorf("%w: its key %s holds something else", store.ErrCorrupt, s.key[0])
	case version > newest:
		return fmt.Errorf("%w: it has version %d, the newest known is %d", store.ErrNewer, version, newest)
	}
	s.channel = s.prefix + "told:" + id
	return nil
}
