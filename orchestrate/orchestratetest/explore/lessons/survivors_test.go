package lessons_test

// Why a mutant does what the workflow does.
const (
	again = "what is done twice is done once: the key is the same, or the world is as it was"
	reads = "to read again does no harm"
	order = "the order does not matter"
	loses = "it fails only if the other branch has won already, and then nobody asks"
)

// Why one that does something else is missed.
const (
	elsewhere = "the next step fails instead, and all is undone as well: the error tells of another step"
	refused   = "the run is cancelled, and so the next step is refused: the error tells of that"
	slower    = "it looks once in vain or once less, and still hears of a call within the hour"
	kept      = "the customer's money is kept for the second warehouse, and not paid back in between"
)

// survived are the survivors of each lesson. A lesson that is not here has none.
var survived = map[string]survivors{
	"charged twice for a crash": {equivalent: map[string][]string{
		again: {"twice lessons_test.Charge*"},
		reads: {"twice actions.NewID{}"},
	}},
	"charged twice for a timeout": {equivalent: map[string][]string{
		again: {"twice lessons_test.Charge*", "twice lessons_test.Refund*"},
		loses: {"swallow actions.Sleep*", `swallow lessons_test.Charge{Key: "by card"*`},
	}},
	"key reused": {
		equivalent: map[string][]string{again: {
			"twice lessons_test.Charge*", "twice lessons_test.Ship*",
			"twice lessons_test.Recall*", "twice lessons_test.Refund*",
		}},
		missed: map[string][]string{kept: {`reuse key lessons_test.Charge{Key: "order 7 from Hamburg"*`}},
	},
	"compensation forgotten": {equivalent: map[string][]string{again: {"twice undo *"}}},
	"compensated in the wrong order": {
		equivalent: map[string][]string{again: {"twice undo *"}},
		missed: map[string][]string{elsewhere: {
			`swallow lessons_test.Create{Name: "customer"*`, `swallow lessons_test.Create{Name: "contract"*`,
		}},
	},
	"failed compensation kept secret": {
		equivalent: map[string][]string{again: {"twice undo *"}},
		missed: map[string][]string{elsewhere: {
			`swallow lessons_test.Create{Name: "customer"*`, `swallow lessons_test.Create{Name: "contract"*`,
		}},
	},
	"inverse registered too late": {equivalent: map[string][]string{again: {"twice undo *"}}},
	"cancellation swallowed": {
		equivalent: map[string][]string{reads: {`twice lessons_test.Send{To: "bob"}`}}, // who has moved
		missed:     map[string][]string{refused: {`swallow lessons_test.Send{To: "ann"}`}},
	},
	"retried without end": {missed: map[string][]string{refused: {"swallow actions.Sleep*"}}},
	"left locked":         {equivalent: map[string][]string{again: {"twice undo *"}}},
	"loser succeeds too":  {equivalent: map[string][]string{again: {"twice undo *"}}},
	"noted before it is done": {equivalent: map[string][]string{
		again: {"twice lessons_test.Note{}"},
		reads: {"twice lessons_test.Sent{}"},
	}},
	"update lost": {equivalent: map[string][]string{
		again: {"twice lessons_test.Add*"},
		reads: {"twice actions.NewID{}"},
	}},
	"stale after a race": {equivalent: map[string][]string{
		reads: {"twice lessons_test.Quote*", "twice lessons_test.Confirm*"},
	}},
	"early event lost": {
		equivalent: map[string][]string{
			again: {"twice lessons_test.Listen{}"},
			reads: {"twice lessons_test.Look{}"},
		},
		missed: map[string][]string{slower: {"later lessons_test.Ask{}", "last lessons_test.Look{}"}},
	},
	"checked too early":     {equivalent: map[string][]string{again: {"twice lessons_test.TakeIfThere*"}}},
	"in the order of a map": {equivalent: map[string][]string{order: {"later lessons_test.Bill*"}}},
	"by the clock":          {equivalent: map[string][]string{reads: {"twice actions.Now{}"}}},
	"by a counter":          {equivalent: map[string][]string{reads: {"twice actions.NewID{}"}}},
}
