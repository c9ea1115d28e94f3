package durable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

// DefaultMaxPayload is how many bytes an input or an event has at most, encoded, unless something else is said.
const DefaultMaxPayload = 4 << 20

// Client starts runs, and asks about and acts on those that there are, on a store that it may share with any number of
// processes. It carries nothing out: a runtime does, in this process or another, on the same store. A Client has
// nothing that must be closed, though whoever opened the store closes it. It is safe for concurrent use.
type Client struct {
	store      store.Store
	codecs     *codec.Set
	errors     *codec.Errors
	maxPayload int
	retention  time.Duration
	audience   audience
	rooms      *rooms // nil: no queue has a limit
	ends       ends
	// Nil of a client within a transaction, or of what runs do:
	starts *together[store.Run, store.Created]
	looks  *together[string, store.Run]
}

// Starter is what runs can be started with: a [Client], or a runtime, which is one too.
type Starter interface{ client() *Client }

// ClientOption changes a client from its defaults.
type ClientOption func(*clientConfig)

// clientConfig is what a client is made of besides its store. Zero values are defaults.
type clientConfig struct {
	codec       codec.Codec
	readCodecs  []codec.Codec
	errorKinds  []codec.ErrorKind
	maxPayload  int
	retention   time.Duration
	sinks       []combinators.Sink
	log         *slog.Logger // of a runtime, as hooks are
	hooks       Hooks
	queueLimits map[string]int
}

// Codec sets the codec that the client writes with. The default is JSON. What was written by JSON or gob, or this
// codec, can always be read.
func Codec(c codec.Codec) ClientOption { return func(o *clientConfig) { o.codec = c } }

// ReadCodecs adds codecs that the client reads, besides the one that it writes: those of earlier times.
func ReadCodecs(cs ...codec.Codec) ClientOption {
	return func(o *clientConfig) { o.readCodecs = append(o.readCodecs, cs...) }
}

// ErrorKinds registers errors, so that those of runs satisfy errors.Is and errors.As when they come back. Usual ones of
// the standard library and Baton's own are registered from the start: see [codec.Errors].
func ErrorKinds(kinds ...codec.ErrorKind) ClientOption {
	return func(o *clientConfig) { o.errorKinds = append(o.errorKinds, kinds...) }
}

// MaxPayload sets how many bytes an input or an event has at most, encoded: [DefaultMaxPayload] by default.
func MaxPayload(bytes int) ClientOption { return func(o *clientConfig) { o.maxPayload = bytes } }

// Retention sets for how long runs are kept after their end that the client starts without [WithRetention]:
// [DefaultRetention] by default.
func Retention(d time.Duration) ClientOption { return func(o *clientConfig) { o.retention = d } }

// Observe adds sinks that are told of what the client does to runs: that it started, paused, resumed or terminated one,
// cancelled one that was not begun (see fact.Changed), or imported one (see fact.Imported). A tracer among them links
// the runs that are started, retried and forked to the span in which that is done.
// What is done within a transaction of the caller's is not told. The sinks of a runtime are in its Config.
func Observe(sinks ...combinators.Sink) ClientOption {
	return func(o *clientConfig) { o.sinks = append(o.sinks, sinks...) }
}

// QueueLimit bounds how many runs wait in a queue, which is the one without a name if that is empty: while so many are
// due that nobody carries out, runs that are to start now are not started there, and the error is a [QueueFullError].
// What is started with an ID that is there already is never refused, nor what is to start later. Of a StartMany all is
// started or nothing. [Client.AwaitRoom] waits. [Client.Retry], [Client.Fork], [Client.Import] and [Client.Resume] are
// not refused: somebody means them, and runs that go on after they waited are in the queue as well.
//
// One client keeps to the limit exactly, if nobody else starts runs. It counts seldom, though, while there is room:
// each of several clients may start up to a tenth of the room that it has found, within a second, and at least one run,
// of which the others do not know. So ten clients may exceed the limit by what one of them starts in a second, or by
// ten. Runs of transactions that are not committed are not known to anybody.
func QueueLimit(queue string, runs int) ClientOption {
	return func(o *clientConfig) {
		if o.queueLimits == nil {
			o.queueLimits = map[string]int{}
		}
		o.queueLimits[queue] = runs
	}
}

// NewClient makes a client of a store. It panics if the store or an option makes none: a nil store, a limit that is not
// positive, codecs or kinds of errors with the same name, or a sink that is nil.
func NewClient(s store.Store, opts ...ClientOption) *Client {
	var config clientConfig
	for _, o := range opts {
		if o == nil {
			panic("durable.NewClient: an option is nil")
		}
		o(&config)
	}
	c, err := newClient(s, config)
	if err != nil {
		panic("durable.NewClient: " + err.Error())
	}
	return c
}

func newClient(s store.Store, config clientConfig) (*Client, error) {
	if isNil(s) {
		return nil, errors.New("the store is nil")
	}
	codecs, err := codec.NewSet(config.codec, config.readCodecs...)
	if err != nil {
		return nil, err
	}
	kinds, err := codec.NewErrors(append(ownKinds(), config.errorKinds...)...)
	if err != nil {
		return nil, err
	}
	told, err := newAudience(config.log, config.sinks)
	if err != nil {
		return nil, err
	}
	told.hooks = config.hooks
	c := &Client{
		audience: told, store: s, codecs: codecs, errors: kinds, maxPayload: config.maxPayload, retention: config.retention,
		starts: newStarts(s), looks: newLooks(s),
	}
	switch {
	case c.maxPayload == 0:
		c.maxPayload = DefaultMaxPayload
	case c.maxPayload < 0:
		return nil, fmt.Errorf("a payload of %d bytes at most", c.maxPayload)
	}
	if c.retention == 0 {
		c.retention = DefaultRetention
	}
	if c.rooms, err = newRooms(s, config.queueLimits); err != nil {
		return nil, err
	}
	return c, checkRetention(c.retention)
}

func (c *Client) client() *Client { return c }

// clientOf returns the client of a starter.
func clientOf(s Starter) (*Client, error) {
	if isNil(s) {
		return nil, errors.New("the client is nil")
	}
	c := s.client()
	if c == nil || c.store == nil {
		return nil, errNoClient
	}
	return c, nil
}

var errNoClient = errors.New("the client is nil, or was not made by NewClient or Open")

// ready is nil if the client can be used, and the context is live.
func (c *Client) ready(ctx context.Context) error {
	if c == nil || c.store == nil {
		return errNoClient
	}
	return checkContext(ctx)
}

// askable is nil if the client can be asked about a run.
func (c *Client) askable(ctx context.Context, id string) error {
	if err := c.ready(ctx); err != nil {
		return fmt.Errorf("run %s: %w", quote(id), err)
	}
	return checkID(id)
}

// row returns a run as it stands.
func (c *Client) row(ctx context.Context, id string) (store.Run, error) {
	if err := c.askable(ctx, id); err != nil {
		return store.Run{}, err
	}
	runs, err := c.store.List(ctx, store.Query{IDs: []string{id}, Limit: 1})
	switch {
	case err != nil:
		return store.Run{}, fmt.Errorf("run %q: %w", id, err)
	case len(runs) == 0:
		return store.Run{}, fmt.Errorf("run %q: %w", id, ErrNotFound)
	}
	return runs[0], nil
}

// encode encodes an input or a payload, and sees that it is not too large.
func (c *Client) encode(what string, v any) (store.Payload, error) {
	p, err := c.codecs.Encode(v)
	if err != nil {
		return store.Payload{}, fmt.Errorf("the %s: %w", what, err)
	}
	if len(p.Data) > c.maxPayload {
		return store.Payload{}, &TooLargeError{What: what, Size: len(p.Data), Limit: c.maxPayload}
	}
	return p, nil
}

// expires is when a run may be deleted that ended at the given time.
func expires(r store.Run, finished time.Time) time.Time {
	if r.Retention < 0 {
		return time.Time{}
	}
	return exact(finished.Add(r.Retention))
}

// checkContext is nil while the context is live.
func checkContext(ctx context.Context) error {
	if ctx == nil {
		return errors.New("the context is nil")
	}
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
