package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/baton-go/baton/actions"
)

// Number is what costs can be counted in.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Bill is what the actions of a plan cost.
type Bill[N Number] struct {
	Total N
	// Items has one for each name of actions that were carried out, in the order of names.
	Items []Item[N]
}

// Item is what the actions of one name cost.
type Item[N Number] struct {
	Name  string
	Calls int
	Cost  N
}

// Cost adds up what the single actions of a plan cost: each attempt what price says, but for those of which the error
// says that nothing was done.
func Cost[N Number](p *Plan, price func(a actions.Action) N) Bill[N] {
	var b Bill[N]
	p.count(func(s Step, name string, calls int) {
		if calls == 0 {
			return
		}
		i, ok := slices.BinarySearchFunc(b.Items, name, Item[N].compare)
		if !ok {
			b.Items = slices.Insert(b.Items, i, Item[N]{Name: name})
		}
		each := price(s.Action)
		for range calls {
			b.Items[i].Cost += each
			b.Total += each
		}
		b.Items[i].Calls += calls
	})
	return b
}

func (i Item[N]) compare(name string) int { return cmp.Compare(i.Name, name) }

// String is a table of the items.
func (b Bill[N]) String() string {
	t := table{right: []bool{true, true}}
	t.add("calls", "cost")
	calls := 0
	for _, i := range b.Items {
		calls += i.Calls
		t.add(strconv.Itoa(i.Calls), fmt.Sprint(i.Cost), i.Name)
	}
	t.add(strconv.Itoa(calls), fmt.Sprint(b.Total), "in all")
	return t.flush()
}
