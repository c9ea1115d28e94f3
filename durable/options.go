package durable

import (
	"fmt"
	"maps"
	"math"
	"time"
	"unicode/utf8"

	"github.com/baton-go/baton/durable/store"
)

// Forever is the retention of runs that are kept until they are deleted.
const Forever time.Duration = -1

// DefaultRetention is for how long a run is kept after its end unless something else is said.
const DefaultRetention = 7 * 24 * time.Hour

// The limits of labels.
const (
	maxLabels     = 32
	maxLabelValue = 1000
)

// StartOption says how a run is to be started. Options that contradict themselves or each other are an error of the
// start that is [ErrBadOption], [ErrBadID] or [ErrBadName].
type StartOption func(*startOptions)

type startOptions struct {
	id            string
	delay         time.Duration
	startAt       time.Time
	deadline      time.Time
	limit         time.Duration
	retention     time.Duration
	labels        map[string]string
	priority      int
	queue, key    string
	parent        string
	onParentClose ParentClose
	err           error // the first of an option's own
}

// gather applies options, up to one that is nil, which is the error then.
func gather(opts []StartOption) (o startOptions) {
	for _, opt := range opts {
		if opt == nil {
			o.err = badOption("it is nil")
			break
		}
		opt(&o)
	}
	return o
}

// WithID chooses the ID of the run, which makes starting it idempotent: see [Flow.Start]. An ID has 1 to 200 ASCII
// letters, digits and characters of "._:@-", and begins with a letter or a digit. Without this option a run has a UUID
// of version 7.
func WithID(id string) StartOption {
	return func(o *startOptions) {
		o.id = id
		o.fail(checkID(id))
	}
}

// WithDelay starts the run after a duration. It excludes [WithStartAt].
func WithDelay(d time.Duration) StartOption {
	return func(o *startOptions) {
		if o.delay = d; d < 0 {
			o.bad("the delay of %v is negative", d)
		}
	}
}

// WithStartAt starts the run at a time; one that has passed is now. It excludes [WithDelay].
func WithStartAt(t time.Time) StartOption {
	return func(o *startOptions) { o.startAt = o.checkTime("start", t) }
}

// WithDeadline says by when the run must have ended. After that its contexts are done with
// context.DeadlineExceeded, it may compensate under a shield, and it fails; one that has a result nonetheless, because
// its flow or a handler does not heed that, is completed. A run that is blocked fails without that, at the next sweep
// of a runtime (Config.SweepEvery), and one whose flow no runtime knows an hour later or so. A deadline that is not
// after the start of the run is an error; the zero time is no deadline.
func WithDeadline(t time.Time) StartOption {
	return func(o *startOptions) { o.deadline = o.checkTime("deadline", t) }
}

// WithTimeLimit is a deadline that is the duration after the time at which the run is to start. If there is
// a [WithDeadline] as well the earlier one counts.
func WithTimeLimit(d time.Duration) StartOption {
	return func(o *startOptions) {
		if o.limit = d; d <= 0 {
			o.bad("the time limit of %v is not positive", d)
		}
	}
}

// WithRetention says for how long the run is kept after it has ended: its result can be asked for until then, and its
// ID is taken. Afterwards a runtime deletes it, or [Client.Sweep]. [Forever] keeps it. The default is that of the
// client.
func WithRetention(d time.Duration) StartOption {
	return func(o *startOptions) {
		o.retention = d
		o.fail(checkRetention(d))
	}
}

// WithLabels adds labels, by which runs can be found. A run has at most 32; keys are names, and do not begin with
// "baton:", as those of the runtime do; values are printable and have at most 1000 characters. The map is copied; of
// two with the same key the later counts.
func WithLabels(labels map[string]string) StartOption {
	return func(o *startOptions) {
		withOwnLabels(labels)(o)
		for k, v := range labels {
			o.fail(checkOwnName("label", k))
			o.fail(checkLabelValue(k, v))
		}
	}
}

// checkLabelValue refuses a value that the label cannot have.
func checkLabelValue(key, value string) error {
	if value != "" && (utf8.RuneCountInString(value) > maxLabelValue || !printable(value)) {
		return badOption("the value %s of the label %s is longer than %d characters or not printable",
			quote(value), quote(key), maxLabelValue)
	}
	return nil
}

// withOwnLabels adds labels of the runtime's own.
func withOwnLabels(labels map[string]string) StartOption {
	return func(o *startOptions) {
		if o.labels == nil {
			o.labels = make(map[string]string, len(labels))
		}
		maps.Copy(o.labels, labels)
		if len(o.labels) > maxLabels {
			o.bad("%d labels are more than %d", len(o.labels), maxLabels)
		}
	}
}

// WithPriority has the run claimed before others that are due and have a lower priority. The default is 0.
func WithPriority(p int) StartOption {
	return func(o *startOptions) {
		if o.priority = p; p < math.MinInt32 || p > math.MaxInt32 {
			o.bad("the priority %d is not one of 32 bits", p)
		}
	}
}

// WithQueue names the queue that the run is in: see [Queue]. Without it the run is in the one that has no name.
func WithQueue(name string) StartOption {
	return func(o *startOptions) {
		o.queue = name
		o.fail(checkOwnName("queue", name))
	}
}

// WithQueueKey says for whom or what the run is, among those who share its queue: a tenant, a customer, a host. The
// queue may have a limit for each key, and the keys may take turns: see [Queue]. It goes with [WithQueue].
func WithQueueKey(key string) StartOption {
	return func(o *startOptions) {
		o.key = key
		o.fail(checkName("queue key", key))
	}
}

// WithParent makes the run a child of another, and says what becomes of it when that ends. The parent is told its end:
// see [Await]. It must not have ended. A flow starts children with [Start] instead.
func WithParent(id string, onClose ParentClose) StartOption {
	return func(o *startOptions) {
		o.parent = id
		o.fail(checkID(id))
		OnParentClose(onClose)(o)
	}
}

func (o *startOptions) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *startOptions) bad(format string, args ...any) {
	o.fail(badOption(format, args...))
}

func badOption(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadOption, fmt.Sprintf(format, args...))
}

// checkTime refuses times that codecs and databases have no form for.
func (o *startOptions) checkTime(what string, t time.Time) time.Time {
	if y := t.UTC().Year(); y > 9999 || y < 1 {
		o.bad("the %s in the year %d", what, y)
	}
	return t
}

// apply writes the options into a run that is started now.
func (o *startOptions) apply(r *store.Run, now time.Time) error {
	if o.delay != 0 && !o.startAt.IsZero() {
		o.bad("a delay and a time to start at")
	}
	if o.key != "" && o.queue == "" {
		o.bad("a key within a queue, and no queue")
	}
	if o.err != nil {
		return o.err
	}
	r.ID, r.Parent, r.OnParentClose = o.id, o.parent, o.onParentClose
	r.Labels, r.Priority, r.Queue, r.Key = o.labels, o.priority, o.queue, o.key
	if o.retention != 0 {
		r.Retention = o.retention
	}
	r.Created, r.Due = now, now.Add(o.delay)
	if o.startAt.After(now) {
		r.Due = exact(o.startAt)
	}
	if !o.deadline.IsZero() {
		r.Deadline = exact(o.deadline)
	}
	if by := r.Due.Add(o.limit); o.limit > 0 && (r.Deadline.IsZero() || by.Before(r.Deadline)) {
		r.Deadline = exact(by)
	}
	return nil
}

// inTime refuses a deadline that cannot be kept.
func inTime(r store.Run) error {
	if r.Deadline.IsZero() || r.Deadline.After(r.Due) {
		return nil
	}
	return badOption("the deadline %v is not after the start %v", r.Deadline, r.Due)
}

func checkRetention(d time.Duration) error {
	if d > 0 || d == Forever {
		return nil
	}
	return badOption("the retention of %v is neither positive nor Forever", d)
}

// exact is a time as every store keeps it.
func exact(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
