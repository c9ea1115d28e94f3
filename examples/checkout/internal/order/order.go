// Package order decides what becomes of an order, and does nothing about it. Every rule of the shop is here: what is
// asked for, in which order, what is waited for and for how long, and what is undone when it comes to nothing.
package order

import (
	"fmt"
	"time"
)

// Order is what a customer wants, and the terms on which the shop took it.
type Order struct {
	ID    string
	Item  string
	Count int
	To    string
	Card  string
	Terms Terms
}

// Terms are kept with each order, so that what is changed tomorrow changes nothing for an order of today, although it
// may still be under way.
type Terms struct {
	// Carriers are asked what they want for the parcel. Who has not answered after QuoteWithin is out.
	Carriers    []string
	QuoteWithin time.Duration
	// AskFrom is the amount from which the manager must agree, who has Patience to answer.
	AskFrom  Money
	Patience time.Duration
}

// Receipt is what the customer gets in the end.
type Receipt struct {
	Order           string
	Item            string
	Count           int
	Goods, Shipping Money
	// Payment is the bank's number of the payment, Parcel the carrier's of the parcel.
	Payment         string
	Carrier, Parcel string
	At              time.Time
}

// Total is what the customer pays.
func (r Receipt) Total() Money { return r.Goods + r.Shipping }

// Money is an amount in cents.
type Money int

// String is the amount as on a receipt, such as 12.50.
func (m Money) String() string { return fmt.Sprintf("%d.%02d", m/100, m%100) }
