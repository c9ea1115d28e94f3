package order

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Checkout sells: it takes the goods off the shelf while the carriers make their offers, asks the manager if much money
// is at stake, charges the card, ships the parcel and writes the receipt. Whatever goes wrong on the way, all that was
// done before is undone, the last first.
//
// It reads like a program that runs once, from the top to the bottom, in one process. It may take weeks, and survive
// any number of crashes and deploys meanwhile.
func Checkout(y actions.Yield, o Order) (Receipt, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (Receipt, error) {
		r := Receipt{Order: o.ID, Item: o.Item, Count: o.Count}
		var best offer
		err := orchestrate.Together(y,
			orchestrate.IntoFlow(&r.Goods, func(y actions.Yield) (Money, error) {
				return orchestrate.Reversible(y, undo, Reserve{Order: o.ID, Item: o.Item, Count: o.Count})
			}),
			orchestrate.IntoFlow(&best, orchestrate.Bind(cheapest, o)),
		)
		if err != nil {
			return Receipt{}, err
		}
		r.Carrier, r.Shipping = best.carrier, best.price

		if err := approve(y, undo, o, r.Total()); err != nil {
			return Receipt{}, err
		}
		r.Payment, err = orchestrate.Reversible(y, undo, Charge{Order: o.ID, Card: o.Card, Amount: r.Total()})
		if err != nil {
			return Receipt{}, err
		}
		r.Parcel, err = orchestrate.Reversible(y, undo, Ship{Order: o.ID, Carrier: r.Carrier, To: o.To})
		if err != nil {
			return Receipt{}, err
		}
		if r.At, err = orchestrate.Do(y, actions.Now{}); err != nil {
			return Receipt{}, err
		}
		_, err = orchestrate.Reversible(y, undo, Issue{Receipt: r})
		return r, err
	})
}
