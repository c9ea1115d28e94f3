package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
)

// redisServer is a Redis server of this process, which is started when it is first asked for. It syncs its append-only
// file before it answers.
type redisServer struct {
	dir      string
	once     sync.Once
	started  *redisserver.Server
	err      error
	prefixes atomic.Int64
}

func (s *redisServer) url() (string, error) {
	s.once.Do(func() { s.started, s.err = redisserver.StartIn(s.dir) })
	if s.err != nil {
		return "", s.err
	}
	return s.started.URL(), nil
}

func (s *redisServer) close() error {
	if s.started == nil {
		return nil
	}
	return s.started.Close()
}

// open opens a rig with a prefix of its own.
func (s *redisServer) open(ctx context.Context, flows ...durable.AnyFlow) (*rig, error) {
	url, err := s.url()
	if err != nil {
		return nil, err
	}
	st, err := redis.OpenConfig(ctx, url, redis.Config{Prefix: fmt.Sprintf("rig %d", s.prefixes.Add(1))})
	if err != nil {
		return nil, err
	}
	return newRig(ctx, st, "", flows)
}

// keys is the floor of Redis: values that are set one by one in a hash, by so many clients of the kind that the store
// has.
type keys struct {
	client  *goredis.Client
	name    string
	clients int
	value   []byte
	n       atomic.Int64
}

func newKeys(_ context.Context, s *redisServer, clients int) (*keys, error) {
	url, err := s.url()
	if err != nil {
		return nil, err
	}
	o, err := goredis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	o.PoolSize = clients
	name := fmt.Sprintf("floor %d", s.prefixes.Add(1))
	return &keys{client: goredis.NewClient(o), name: name, clients: clients, value: make([]byte, floorRow)}, nil
}

func (f *keys) slice(ctx context.Context, d time.Duration) (s sample, err error) {
	samples, errs := make([]sample, f.clients), make([]error, f.clients)
	var all sync.WaitGroup
	from := begin(nil)
	for i := range f.clients {
		all.Go(func() {
			for last := from.at; last.Sub(from.at) < d && errs[i] == nil; {
				errs[i] = f.client.HSet(ctx, f.name, strconv.FormatInt(f.n.Add(1), 10), f.value).Err()
				now := time.Now()
				samples[i].took = append(samples[i].took, now.Sub(last))
				samples[i].steps++
				last = now
			}
		})
	}
	all.Wait()
	s.end(from, nil)
	for i := range samples {
		s.steps += samples[i].steps
		s.took = append(s.took, samples[i].took...)
	}
	return s, errors.Join(errs...)
}

func (f *keys) close(context.Context) error { return f.client.Close() }
