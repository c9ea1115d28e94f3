package durable

import (
	"fmt"

	"github.com/baton-go/baton/durable/store"
)

const (
	// maxCrashes is how many lives of a run may come to nothing, one after the other, before it is blocked: so many as
	// make it a suspect, and then as many as are its own fault.
	maxCrashes = 20
	// suspectAfter is how many such lives make it a suspect.
	suspectAfter = 3
	// maxTrials is how many of them it may have on trial.
	maxTrials = maxCrashes - suspectAfter
)

// past is what is known of how the earlier lives of a run have ended.
type past struct {
	// settled is the last epoch that was ended by its holder, or has left a record.
	settled int64
	// crashes counts the lives since then: they ended suddenly.
	crashes int
	// trials is how many of these lives were trials.
	trials int64
	// doubtful says that something may have been done of which there is no record.
	doubtful bool
}

func pastOf(h *store.History) past {
	r := &h.Run
	p := past{settled: r.Settled, trials: r.Trials, doubtful: r.Settled != r.Epoch-1}
	for i := range h.Records {
		if e := h.Records[i].Epoch; e > p.settled {
			p.settled, p.trials = e, 0
		}
	}
	p.crashes = int(r.Epoch - 1 - p.settled)
	return p
}

// suspect tells whether it may be this run that kills the process.
func (p past) suspect() bool { return p.crashes >= suspectAfter }

// guilty tells whether that is beyond doubt.
func (p past) guilty() bool { return p.trials >= maxTrials }

// reason is why a guilty run is blocked.
func (p past) reason() string {
	return fmt.Sprintf("the last %d times that it was carried out ended without a new record, and the last %d of them "+
		"while no other run was under suspicion: it crashes the process, or loses its lease. Mend what it does and open "+
		"a runtime again, or cancel it", suspectAfter+p.trials, p.trials)
}

// accounted notes in the last state of a life that all lives are accounted for.
func (l *loaded) accounted(s *store.State) { s.Settled, s.Trials = l.epoch, 0 }

// brokenOff notes in the last state of a life that this life is accounted for, but may not have come to the point where
// earlier ones ended suddenly: what was known of those is not forgotten.
func (l *loaded) brokenOff(s *store.State) {
	switch p := l.past; {
	case !p.doubtful:
		l.accounted(s)
	case l.gotOn.Load(): // which accounts for those before
		s.Trials = 0
	case p.crashes > 0:
		s.Settled, s.Trials = p.settled+1, p.trials
	}
}

// spare gives a guilty run one more trial.
func spare(s *store.State) { s.Trials = min(s.Trials, maxTrials-1) }
