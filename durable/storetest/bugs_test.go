package storetest_test

import (
	"context"
	"reflect"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// bug breaks one sentence of the contract.
type bug struct {
	name  string
	plant func(*planted)
}

func bugs() []bug {
	return slices.Concat(
		fieldBugs(), createBugs(), claimBugs(), queueBugs(), renewBugs(), commitBugs(), sendBugs(), readBugs(), raceBugs(),
	)
}

// fieldBugs forget one field each.
func fieldBugs() (bugs []bug) {
	forget := func(v any, field string) { reflect.ValueOf(v).Elem().FieldByName(field).SetZero() }
	for _, f := range reflect.VisibleFields(reflect.TypeFor[store.Run]()) {
		if _, ofLease := reflect.TypeFor[store.Lease]().FieldByName(f.Name); f.Anonymous || f.Name == "ID" || ofLease {
			continue
		}
		bugs = append(bugs, bug{"a new run loses its " + f.Name, func(p *planted) {
			p.eachRun(func(r *store.Run) { forget(r, f.Name) })
		}}, bug{"a listed run has no " + f.Name, func(p *planted) {
			p.list = func(ctx context.Context, q store.Query) ([]store.Run, error) {
				runs, err := p.Store.List(ctx, q)
				for i := range runs {
					forget(&runs[i], f.Name)
				}
				return runs, err
			}
		}})
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[store.State]()) {
		if f.Name != "Due" { // there is a bug of its own
			bugs = append(bugs, bug{"a state loses its " + f.Name, func(p *planted) {
				p.eachWrite(func(w *store.Write) {
					if w.State != nil {
						forget(w.State, f.Name)
					}
				})
			}})
		}
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[store.Record]()) {
		bugs = append(bugs, bug{"a record loses its " + f.Name, func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				w.Records = slices.Clone(w.Records)
				for i := range w.Records {
					forget(&w.Records[i], f.Name)
				}
			})
		}})
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[store.Message]()) {
		if f.Name == "Seq" {
			continue
		}
		bugs = append(bugs, bug{"a message loses its " + f.Name, func(p *planted) {
			p.eachMessage(func(m *store.Message) { forget(m, f.Name) })
		}}, bug{"a message within a write loses its " + f.Name, func(p *planted) {
			p.eachWrite(func(w *store.Write) {
				w.Send = slices.Clone(w.Send)
				for i := range w.Send {
					forget(&w.Send[i], f.Name)
				}
			})
		}})
	}
	return bugs
}
