package order

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// offer is what a carrier wants for the parcel.
type offer struct {
	carrier string
	price   Money
}

// cheapest asks all carriers at once, and takes the cheapest of those that answer in time. One that is down, or does
// not go there, is none of our concern while there is another.
func cheapest(y actions.Yield, o Order) (offer, error) {
	asked := make([]orchestrate.Orchestration[Money], len(o.Terms.Carriers))
	for i, carrier := range o.Terms.Carriers {
		quote := orchestrate.Lift(Quote{Carrier: carrier, To: o.To, Count: o.Count})
		asked[i] = func(y actions.Yield) (Money, error) {
			return orchestrate.WithTimeout(y, o.Terms.QuoteWithin, quote)
		}
	}
	answers, err := orchestrate.Settle(y, asked...)
	if err != nil {
		return offer{}, err
	}
	var best offer
	for i, a := range answers {
		if a.Err == nil && (best.carrier == "" || a.Value < best.price) {
			best = offer{o.Terms.Carriers[i], a.Value}
		}
	}
	if best.carrier == "" {
		return offer{}, ErrNoCarrier
	}
	return best, nil
}
