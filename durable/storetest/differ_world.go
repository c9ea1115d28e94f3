package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// world is a store on which random calls are made. Two worlds that begin alike and are called alike stay alike.
type world struct {
	ctx    context.Context
	store  store.Store
	prefix string
	start  time.Time
	sent   int // messages have names of their own
}

// answer is what a call returned, as far as two stores must agree.
type answer struct {
	Created  []store.Created
	Runs     []store.Run
	Claimed  []store.History
	History  store.History
	Held     []store.Held
	Next     time.Time
	N        int
	Errs     []string
	Counts   map[store.Status]store.Count
	seen     []string // what happened
	problems error
}

// happens lists everything that must happen at least once.
func happens() []string {
	return []string{
		"Create", "Create: there", "Claim", "Claim: later", "Claim: again", "Claim: queues", "Renew", "Commit",
		"Commit: release", "Commit: restart", "Commit: no epoch", "Commit: consume", "Commit: send", "Send", "Load",
		"List", "Delete",
		"Commit: " + store.ErrNotFound.Error(), "Commit: " + store.ErrFinished.Error(),
		"Commit: " + store.ErrFenced.Error(), "Commit: " + store.ErrChanged.Error(),
		"Send: " + store.ErrNotFound.Error(), "Send: " + store.ErrFinished.Error(), "Load: " + store.ErrNotFound.Error(),
	}
}

func (w *world) id(run int) string { return w.prefix + "run " + strconv.Itoa(run) }

// queue is the name of a queue; the last one has none.
func (w *world) queue(i int) string {
	if i == differQueues {
		return ""
	}
	return w.prefix + "queue " + strconv.Itoa(i)
}

func (w *world) flow(i int) string { return w.prefix + "flow " + strconv.Itoa(i) }

// due makes a due time: two are long ago, one is far away, and one is never.
func (w *world) due(run, due int) time.Time {
	if due == 0 {
		return time.Time{}
	}
	return w.start.Add(time.Duration(due)*10*hour + time.Duration(run)*time.Minute)
}

// do makes a call.
func (w *world) do(o op) (a answer) {
	map[string]func(op, *answer){
		"Create": w.create, "Claim": w.claim, "Renew": w.renew, "Commit": w.commit, "Send": w.send, "Load": w.load,
		"List": w.list, "Count": w.count, "Delete": w.delete,
	}[o.Method](o, &a)
	w.level(&a)
	return a
}

func (w *world) list(o op, a *answer) {
	a.Runs, a.problems = w.store.List(w.ctx, w.query(o.Query))
	a.saw(len(a.Runs) > 0, o.Method)
}

func (w *world) delete(o op, a *answer) {
	var ids []string
	for _, i := range o.Items {
		ids = append(ids, w.id(i.Run))
	}
	a.N, a.problems = w.store.Delete(w.ctx, ids)
	a.saw(a.N > 0, o.Method)
}

// saw remembers what happened.
func (a *answer) saw(happened bool, what string) {
	if happened {
		a.seen = append(a.seen, what)
	}
}

func (w *world) create(o op, a *answer) {
	var runs []store.Run
	for _, i := range o.Items {
		r := store.Run{
			ID: w.id(i.Run), Flow: w.flow(i.Flow), Priority: i.Run, Created: w.due(i.Run, -1), Input: payload("input"),
			State: w.state(i), Labels: map[string]string{"key": strconv.Itoa(i.Key)},
		}
		if i.Seen > 1 {
			r.Parent = w.id(i.Key)
		}
		if r.Queue = w.queue(i.Queue); r.Queue != "" {
			r.Key = []string{"", "key"}[i.Key%2]
		}
		runs = append(runs, r)
	}
	a.Created, a.problems = w.store.Create(w.ctx, runs)
	for _, c := range a.Created {
		a.saw(c.New, "Create")
		a.saw(!c.New, "Create: there")
	}
}

func (w *world) state(i item) store.State {
	s := store.State{Status: i.Status, Due: w.due(i.Run, i.Due), Reason: strconv.Itoa(i.Key)}
	if i.Status.Finished() {
		s.Result, s.Finished, s.Expires = payload("result"), w.due(i.Run, -2), w.due(i.Run, i.Due)
	}
	return s
}

func (w *world) claim(o op, a *answer) {
	c := store.Claim{Owner: w.prefix + strconv.Itoa(o.Owner), Lease: leaseOf(o.Lease), Max: o.Max}
	for i := range differFlows {
		if o.Flows&(1<<i) != 0 {
			c.Flows = append(c.Flows, w.flow(i))
		}
	}
	for _, s := range o.Shares {
		q := store.Share{Queue: w.queue(s.Queue), Max: s.Max, Total: s.Total, PerKey: s.PerKey}
		if s.After > 0 {
			q.After = "key"
		}
		if q.Queue == "" { // others may have leases there
			q.Total, q.PerKey = 0, 0
		}
		c.Queues = append(c.Queues, q)
	}
	claimed, err := w.store.Claim(w.ctx, c)
	a.Claimed, a.Next, a.problems = claimed.Runs, claimed.Next, err
	a.saw(len(a.Claimed) > 0, "Claim")
	a.saw(!a.Next.IsZero(), "Claim: later")
	a.saw(len(a.Claimed) > 0 && len(c.Queues) > 0, "Claim: queues")
	for _, h := range a.Claimed {
		a.saw(h.Run.Epoch > 1, "Claim: again")
	}
}

func (w *world) renew(o op, a *answer) {
	a.Held, a.problems = w.store.Renew(w.ctx, w.prefix+strconv.Itoa(o.Owner), leaseOf(o.Lease))
	a.saw(len(a.Held) > 0, "Renew")
	slices.SortFunc(a.Held, func(a, b store.Held) int { return strings.Compare(a.Run, b.Run) })
	for i := range a.Held { // places in the inbox may differ
		h, err := w.store.Load(w.ctx, a.Held[i].Run, store.Mark{})
		a.problems = errors.Join(a.problems, err)
		last := int64(0)
		if n := len(h.Messages); n > 0 {
			last = h.Messages[n-1].Seq
		}
		a.Held[i].Messages -= last
	}
}

func (w *world) load(o op, a *answer) {
	run := o.Items[0].Run
	mark := store.Mark{Records: o.Mark.Records}
	if o.Mark.Messages > 0 {
		h, _ := w.store.Load(w.ctx, w.id(run), store.Mark{}) // a run that is not there has no messages
		mark.Messages = place(h, o.Mark.Messages)
	}
	a.History, a.problems = w.store.Load(w.ctx, w.id(run), mark)
	if errors.Is(a.problems, store.ErrNotFound) {
		a.saw(true, "Load: "+store.ErrNotFound.Error())
		a.Errs, a.problems = []string{store.ErrNotFound.Error()}, nil
		return
	}
	a.saw(true, "Load")
}

// place returns the Seq of the n-th message in an inbox, counted from 1, or 0. Stores may number them differently.
func place(h store.History, n int64) int64 {
	if n < 1 || n > int64(len(h.Messages)) {
		return 0
	}
	return h.Messages[n-1].Seq
}

func (w *world) send(o op, a *answer) {
	var messages []store.Message
	for _, i := range o.Items {
		messages = append(messages, w.message(i.Run, i.Key))
	}
	errs, err := w.store.Send(w.ctx, messages)
	a.items("Send", errs, len(messages))
	a.problems = err
}

func (w *world) message(run, key int) store.Message {
	w.sent++
	m := store.Message{Run: w.id(run), Name: fmt.Sprint("message ", w.sent), Payload: payload("message")}
	if key > 0 {
		m.Key = strconv.Itoa(key)
	}
	return m
}

// items records the errors of items.
func (a *answer) items(method string, errs []error, n int) {
	if errs == nil {
		errs = make([]error, n)
	}
	for _, err := range errs {
		a.saw(err == nil, method)
		text := ""
		if err != nil {
			text = err.Error()
			if kind := kindOf(err); kind != nil {
				text = kind.Error()
			}
			a.saw(true, method+": "+text)
		}
		a.Errs = append(a.Errs, text)
	}
}

func (w *world) query(q query) store.Query {
	query := store.Query{Newest: q.Newest, Limit: q.Limit}
	query.Flows = []string{w.flow(0), w.flow(1)}
	for _, i := range q.IDs {
		query.IDs = append(query.IDs, w.id(i))
	}
	for _, i := range q.Statuses {
		query.Statuses = append(query.Statuses, statuses()[i])
	}
	if len(q.Flows) > 0 {
		query.Flows = []string{w.flow(q.Flows[0] % differFlows)}
	}
	for _, i := range q.Queues {
		query.Queues = append(query.Queues, w.queue(i))
	}
	if q.Parent {
		query.Parent = w.id(2)
	}
	if q.Label {
		query.Labels = map[string]string{"key": "1"}
	}
	if q.Expired {
		query.Expired = w.start
	}
	return query
}

func (w *world) count(o op, a *answer) {
	c, ok := w.store.(store.Counter)
	if !ok {
		return
	}
	counts, err := c.Count(w.ctx, w.query(o.Query))
	a.Counts, a.problems = map[store.Status]store.Count{}, err
	for s, n := range counts {
		if n.Runs > 0 {
			a.Counts[s] = store.Count{Runs: n.Runs}
		}
	}
}
