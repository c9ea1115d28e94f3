package durable

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// ErrQueueFull says that so many runs wait in a queue already that no other is started there. The error is a
// [QueueFullError].
var ErrQueueFull = errors.New("the queue is full")

// QueueFullError says that a queue is full. To errors.Is it is [ErrQueueFull].
type QueueFullError struct {
	Queue string
	// Depth is how many runs wait in the queue, or more; Limit how many may.
	Depth, Limit int
}

// Error has both figures.
func (e *QueueFullError) Error() string {
	return fmt.Sprintf("the queue %q is full: %d runs wait in it, of at most %d", e.Queue, e.Depth, e.Limit)
}

// Unwrap returns [ErrQueueFull].
func (e *QueueFullError) Unwrap() error { return ErrQueueFull }

// How long a client believes what it has counted: that there is room, and that there is none.
const (
	roomLasts = time.Second
	fullLasts = 100 * time.Millisecond
)

// rooms are the queues of a client in which only so many runs may wait. Nil is none.
type rooms struct {
	store   store.Store // whatever the client does its work on
	byQueue map[string]*room
}

func newRooms(s store.Store, limits map[string]int) (*rooms, error) {
	if len(limits) == 0 {
		return nil, nil
	}
	rs := &rooms{s, map[string]*room{}}
	for name, limit := range limits {
		if name != "" {
			if err := checkOwnName("queue", name); err != nil {
				return nil, err
			}
		}
		if limit <= 0 {
			return nil, fmt.Errorf("a limit of %d runs in the queue %q", limit, name)
		}
		rs.byQueue[name] = &room{queue: name, limit: limit, turn: make(chan struct{}, 1)}
	}
	return rs, nil
}

// room is what a client knows about the room in a queue. It counts seldom: as long as it has started no more than a
// tenth of the room that it has found.
type room struct {
	queue string
	limit int
	turn  chan struct{} // whoever counts has put something in

	mu sync.Mutex
	// left is how many may be started, until it is counted again at that time, or because they were started. If full,
	// there is no more room than that; depth is what was counted.
	left  int
	until time.Time
	full  bool
	depth int
	// starting are those that are on their way into the store; landed is closed when there are none.
	starting int
	landed   chan struct{}
}

// enter makes room for runs that are about to be started; release is called when they are, or are not.
func (r *room) enter(ctx context.Context, n int, count func(context.Context) (int, error)) (release func(), err error) {
	if granted, err := r.known(n); granted {
		return r.leave(n), nil
	} else if err != nil {
		return nil, err
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	for {
		if granted, err := r.known(n); granted {
			return r.leave(n), nil
		} else if err != nil {
			return nil, err
		}
		r.mu.Lock()
		starting, landed := r.starting, r.landed
		r.mu.Unlock()
		depth, err := count(ctx)
		switch {
		case err != nil:
			return nil, err
		case depth+n > r.limit:
			return nil, r.refuse(depth, n)
		case depth+starting+n <= r.limit:
			r.grant(r.limit-depth-starting, n)
			return r.leave(n), nil
		}
		select { // those that are on their way may have been counted, or not
		case <-landed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// known decides by what was counted last, if that still counts.
func (r *room) known(n int) (granted bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !time.Now().Before(r.until):
		return false, nil
	case r.left >= n:
		r.left -= n
		r.start(n)
		return true, nil
	case r.full:
		return false, r.error(n)
	}
	return false, nil
}

// start notes that runs are on their way. The caller holds the lock.
func (r *room) start(n int) {
	if r.starting == 0 {
		r.landed = make(chan struct{})
	}
	r.starting += n
}

// leave is called when they have arrived.
func (r *room) leave(n int) func() {
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.starting -= n; r.starting == 0 {
			close(r.landed)
		}
	})
}

func (r *room) grant(room, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left, r.until, r.full = max(n, room/10)-n, time.Now().Add(roomLasts), false
	r.start(n)
}

func (r *room) refuse(depth, n int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.depth, r.full, r.until = depth, true, time.Now().Add(fullLasts)
	r.left = max(0, r.limit-depth-r.starting)
	return r.error(n)
}

// error is why so many have no room. The caller holds the lock.
func (r *room) error(n int) error {
	err := &QueueFullError{Queue: r.queue, Depth: r.depth, Limit: r.limit}
	if n > 1 {
		return fmt.Errorf("there is no room for %d runs: %w", n, err)
	}
	return err
}

// admit makes room for runs that are to be started, each in its queue, or says that there is none. Those that are there
// already, and those that start later, need none. release is called once they are started, or are not.
func (c *Client) admit(ctx context.Context, runs []store.Run) (release func(), err error) {
	var all []func()
	release = func() {
		for _, f := range all {
			f()
		}
	}
	if c.rooms == nil {
		return release, nil
	}
	now := time.Now()
	byQueue := map[string][]string{}
	for i := range runs {
		if r := &runs[i]; c.rooms.byQueue[r.Queue] != nil && !r.Due.After(now) {
			byQueue[r.Queue] = append(byQueue[r.Queue], r.ID)
		}
	}
	for _, queue := range slices.Sorted(maps.Keys(byQueue)) { // in order, or two could wait for each other
		ids := byQueue[queue]
		left, err := c.admitTo(ctx, c.rooms.byQueue[queue], ids)
		if full, ok := errors.AsType[*QueueFullError](err); ok {
			c.audience.tell(ctx, &fact.Refused{Queue: queue, Runs: len(ids), Depth: full.Depth, Limit: full.Limit})
		}
		if err != nil {
			release()
			return nil, err
		}
		all = append(all, left)
	}
	return release, nil
}

func (c *Client) admitTo(ctx context.Context, r *room, ids []string) (release func(), err error) {
	count := func(ctx context.Context) (depth int, err error) { return c.depth(ctx, r.queue, r.limit) }
	release, err = r.enter(ctx, len(ids), count)
	if !errors.Is(err, ErrQueueFull) {
		return release, err
	}
	there, bad := c.areThere(ctx, ids)
	switch {
	case bad != nil:
		return nil, bad
	case there == 0:
		return nil, err
	case there == len(ids):
		return func() {}, nil
	}
	return r.enter(ctx, len(ids)-there, count)
}

// areThere counts the runs that are there.
func (c *Client) areThere(ctx context.Context, ids []string) (n int, err error) {
	for from := 0; from < len(ids); from += startBatch {
		some := ids[from:min(from+startBatch, len(ids))]
		found, err := c.store.List(ctx, store.Query{IDs: some, Limit: len(some)})
		if err != nil {
			return n, err
		}
		n += len(found)
	}
	return n, nil
}

// depth counts the runs that wait in a queue, up to a bound.
func (c *Client) depth(ctx context.Context, queue string, most int) (depth int, err error) {
	count := func() error {
		all, err := backlogs(ctx, c.rooms.store, []string{queue}, most)
		if depth = 0; len(all) > 0 {
			depth = int(all[0].Runs)
		}
		return err
	}
	if s, ok := c.store.(insistent); ok {
		return depth, s.outage.insist(ctx, "backlogs", count)
	}
	return depth, count()
}

// AwaitRoom waits until the queue has room, by the client's [QueueLimit], or ctx is done. Somebody else may take it
// before it is used: whoever wants to start runs tries again then.
func (c *Client) AwaitRoom(ctx context.Context, queue string) error {
	if err := c.ready(ctx); err != nil {
		return fmt.Errorf("await room in the queue %s: %w", quote(queue), err)
	}
	if c.rooms == nil || c.rooms.byQueue[queue] == nil {
		return nil
	}
	r := c.rooms.byQueue[queue]
	timer := time.NewTimer(0)
	defer timer.Stop()
	for pause := fullLasts; ; pause = min(2*pause, roomLasts) {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return fmt.Errorf("await room in the queue %q: %w", queue, checkContext(ctx))
		}
		depth, err := c.depth(ctx, queue, r.limit)
		if err != nil {
			return fmt.Errorf("await room in the queue %q: %w", queue, err)
		}
		if depth < r.limit {
			return nil
		}
		timer.Reset(pause)
	}
}
