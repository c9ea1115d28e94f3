package storetest

import (
	"time"

	"github.com/baton-go/baton/durable/store"
)

func (w *world) commit(o op, a *answer) {
	var writes []store.Write
	for _, i := range o.Items {
		writes = append(writes, w.write(i))
	}
	errs, err := w.store.Commit(w.ctx, writes)
	a.items("Commit", errs, len(writes))
	a.problems = err
	for n, what := range a.Errs {
		if what == "" {
			a.saw(writes[n].Epoch == 0, "Commit: no epoch")
			a.saw(writes[n].Release, "Commit: release")
			a.saw(writes[n].Restart != nil, "Commit: restart")
			a.saw(len(writes[n].Consumed) > 0, "Commit: consume")
			a.saw(len(writes[n].Send) > 0, "Commit: send")
		}
	}
}

// write makes a write from what is known of its run before the call.
func (w *world) write(i item) store.Write {
	h, _ := w.store.Load(w.ctx, w.id(i.Run), store.Mark{}) // a run that is not there has no epoch
	write := store.Write{Run: w.id(i.Run), Epoch: i.Epoch.of(h.Run.Epoch)}
	for _, n := range i.Records {
		r := step(n, h.Run.Epoch)
		r.Result = payload("result")
		write.Records = append(write.Records, r)
	}
	for _, n := range i.Consume {
		if seq := place(h, n); seq != 0 {
			write.Consumed = append(write.Consumed, seq)
		}
	}
	if i.Publish {
		write.Published = []byte("published")
	}
	for _, to := range i.Send {
		if to != i.Run {
			write.Send = append(write.Send, w.message(to, i.Key))
		}
	}
	if !i.State && write.Epoch != 0 {
		return write
	}
	s := w.state(i)
	write.State, write.Revision = &s, i.Revision.of(h.Run.Revision)
	write.Release = i.Release || s.Status.Finished()
	write.Seen = place(h, int64(i.Seen))
	if i.Restart {
		input := payload("restarted")
		write.Restart = &input
	}
	return write
}

func (r right) of(v int64) int64 {
	switch r {
	case isZero:
		return 0
	case isWrong:
		return v + 1
	case isRight:
	}
	return v
}

// level brings answers into a form in which those of two stores can be compared: times around now and around the end of
// a lease become the same, and messages are numbered by their order.
func (w *world) level(a *answer) {
	a.Created, a.Runs, a.Claimed, a.Held = orNil(a.Created), orNil(a.Runs), orNil(a.Claimed), orNil(a.Held)
	for i := range a.Created {
		w.levelRun(&a.Created[i].Run)
	}
	for i := range a.Runs {
		w.levelRun(&a.Runs[i])
	}
	for i := range a.Claimed {
		w.levelHistory(&a.Claimed[i])
	}
	w.levelHistory(&a.History)
	if !a.Next.IsZero() && a.Next.Before(w.start.Add(hour/2)) {
		a.Next = w.start // at once
	}
	w.levelTime(&a.Next)
}

func (w *world) levelHistory(h *store.History) {
	*h = plainHistory(*h)
	w.levelRun(&h.Run)
	for i := range h.Messages {
		h.Messages[i].Seq = int64(i + 1)
	}
}

func (w *world) levelRun(r *store.Run) {
	*r = plainRun(*r)
	for _, t := range []*time.Time{&r.Due, &r.Started} {
		w.levelTime(t)
	}
}

// levelTime rounds times that the store made itself: those are now, or an hour later. All others are hours away.
func (w *world) levelTime(t *time.Time) {
	if d := t.Sub(w.start); !t.IsZero() && d > -hour/2 && d < 3*hour/2 {
		*t = w.start.Add(d.Round(hour))
	}
	*t = plainTime(*t)
}

func orNil[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}
