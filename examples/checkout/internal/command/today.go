package command

import (
	"fmt"

	"github.com/baton-go/baton/examples/checkout/internal/order"
)

// wishes are what customers of such a shop want, over and over: mostly what can be had, now and then not.
var wishes = []order.Order{
	{Item: "lamp", Count: 2, To: "Oslo", Card: "visa"},
	{Item: "piano", Count: 1, To: "Rome", Card: "visa"},     // the manager is asked
	{Item: "chair", Count: 4, To: "Lima", Card: "stolen"},   // the bank declines
	{Item: "comet", Count: 2, To: "Oslo", Card: "visa"},     // there is only one
	{Item: "chair", Count: 1, To: "Atlantis", Card: "visa"}, // charged, and then the carrier finds no such place
	{Item: "lamp", Count: 1, To: "the Moon", Card: "visa"},  // no carrier goes there
	{Item: "chair", Count: 2, To: "Cairo", Card: "visa"},
	{Item: "lamp", Count: 3, To: "Kyoto", Card: "visa"},
}

// today is what is ordered today, on the terms of today.
func today(o options) []order.Order {
	terms := order.Terms{
		Carriers: o.carriers, QuoteWithin: o.offersWithin, AskFrom: 1000_00, Patience: o.patience,
	}
	orders := make([]order.Order, o.orders)
	for i := range orders {
		orders[i] = wishes[i%len(wishes)]
		orders[i].ID, orders[i].Terms = fmt.Sprintf("order-%d", i+1), terms
	}
	return orders
}
