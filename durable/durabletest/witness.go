package durabletest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// witness trusts nothing but what it hears.
type witness struct {
	tally     Tally
	wrong     []string
	effects   map[string]int    // by step key: how often
	booked    map[string]string // what was booked, and by which run
	told      map[string]string // by step key: what the orchestration saw
	started   map[string]bool
	ended     map[string]string
	took      map[string]bool // runs that have come to their end, so that nothing of them is to be undone
	undone    map[string]bool
	paused    map[string]int  // by run: the life in which that was acknowledged, until somebody is about to resume it
	cancelled map[string]bool // by run: whether that was acknowledged; if not, it may be
	life      int
}

func newWitness() *witness {
	return &witness{
		effects: map[string]int{}, booked: map[string]string{}, told: map[string]string{},
		started: map[string]bool{}, ended: map[string]string{},
		took: map[string]bool{}, undone: map[string]bool{}, paused: map[string]int{}, cancelled: map[string]bool{},
	}
}

func (w *witness) begins(life int) { w.life = life }

func (w *witness) breaks(format string, args ...any) {
	w.wrong = append(w.wrong, fmt.Sprintf("life %d: ", w.life)+fmt.Sprintf(format, args...))
}

// hears takes in a line: a word, and what it is about.
func (w *witness) hears(line string) {
	word, rest, _ := strings.Cut(line, " ")
	key, value, _ := strings.Cut(rest, " ")
	switch word {
	case "effect":
		w.effect(key, value)
	case "told":
		known, ok := w.told[key]
		if ok && known != value {
			w.breaks("%s was told %q, and %q before", key, value, known)
		}
		if !ok {
			w.tally.Steps++
		}
		w.told[key] = value
	case "started":
		w.started[key] = true
	case "took":
		w.took[key] = true
	case "ended":
		if known, ok := w.ended[key]; ok && known != value {
			w.breaks("%s ended as %q, and as %q before", key, value, known)
		} else if !ok {
			w.tally.Runs++
		}
		w.ended[key] = value
	case "paused", "resumes", "cancels", "cancelled", "retries", "retried":
		w.operated(word, key)
	case "wrong":
		w.breaks("%s", rest)
	case "ready":
	default:
		w.breaks("the process said %q", line)
	}
}

func (w *witness) effect(key, what string) {
	w.tally.Effects++
	if w.effects[key]++; w.effects[key] > 1 {
		w.tally.Repeated++
	}
	if known, ok := w.told[key]; ok {
		w.breaks("%s was carried out again, after the orchestration had been told %q", key, known)
	}
	run, _, _ := strings.Cut(key, "/")
	if life, ok := w.paused[run]; ok && life != w.life { // in the same one it may have been under way
		w.breaks("%s was carried out, although its run was paused in life %d", key, life)
	}
	if subject, ok := strings.CutPrefix(what, "book "); ok {
		w.booked[subject] = run
	}
	if subject, ok := strings.CutPrefix(what, "undo "); ok && !w.undone[subject] {
		w.undone[subject] = true
		w.tally.Undone++
	}
}

// operated hears what the client does to a run: what it is about to do may happen from then on, and what it was told
// that it has done has happened.
func (w *witness) operated(word, run string) {
	switch word {
	case "paused":
		w.paused[run] = w.life
		w.tally.Paused++
	case "resumes":
		delete(w.paused, run)
	case "cancels": // which ends a pause, too
		delete(w.paused, run)
		if _, ok := w.cancelled[run]; !ok {
			w.cancelled[run] = false
		}
	case "cancelled":
		w.cancelled[run] = true
		w.tally.Cancelled++
	case "retries": // the step that failed is done once more, under the same key
		first, _, _ := strings.Cut(run, ".retry-")
		for key, outcome := range w.told {
			if strings.HasPrefix(key, first+"/") && strings.HasPrefix(outcome, unlucky) {
				delete(w.told, key)
				delete(w.effects, key)
			}
		}
	case "retried":
		if !w.started[run] {
			w.tally.Retried++
		}
		w.started[run] = true
	}
}

// end looks at the whole.
func (w *witness) end() {
	for run := range w.started {
		if w.ended[run] == "" {
			w.breaks("%s was started and has not ended", run)
		}
	}
	for run, how := range w.ended {
		asked, cancelled := w.cancelled[run]
		switch is := strings.HasPrefix(how, "cancelled"); {
		case asked && !is:
			w.breaks("%s ended as %q, although it was cancelled", run, how)
		case cancelled && is:
		case !strings.HasPrefix(how, expected(run)):
			w.breaks("%s ended as %q, and not as %s", run, how, expected(run))
		}
	}
	for subject, run := range w.booked {
		if w.took[run] == w.undone[subject] {
			w.breaks("%s of %s, which has ended as %q: undone is %t", subject, run, w.ended[run], w.undone[subject])
		}
	}
	w.endOfSchedule()
}

// endOfSchedule looks at the times of the schedule: none is missing. That none came twice the keys of its steps tell.
func (w *witness) endOfSchedule() {
	var times []time.Time
	for run, how := range w.ended {
		text, ok := strings.CutPrefix(run, clockID+"@")
		if !ok {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil || how != "completed "+text {
			w.breaks("%s of the schedule ended as %q: %v", run, how, err)
		}
		times = append(times, at)
	}
	w.tally.Times = len(times)
	slices.SortFunc(times, time.Time.Compare)
	for i := 1; i < len(times); i++ {
		if times[i].Sub(times[i-1]) != time.Second {
			w.breaks("the schedule has no run between %v and %v", times[i-1], times[i])
		}
	}
}
