package order

import "github.com/baton-go/baton/actions"

// What can be asked for. An answer can be lost although the action took effect, so each that changes something knows
// its inverse, which goes by the number of the order and tolerates that there is nothing to undo.
type (
	// Quote asks a carrier what it wants for a parcel.
	Quote struct {
		actions.Returns[Money]
		Carrier, To string
		Count       int
	}

	// Reserve takes goods off the shelf, and returns what they cost. The error is [ErrSoldOut] if there are too few.
	Reserve struct {
		actions.Returns[Money]
		Order, Item string
		Count       int
	}
	// Release puts them back.
	Release struct {
		actions.Returns[actions.Void]
		Order string
	}

	// AskManager puts an order on the manager's desk. The answer is an event: see [Approval].
	AskManager struct {
		actions.Returns[actions.Void]
		Order  string
		Amount Money
	}
	// Withdraw takes it off the desk.
	Withdraw struct {
		actions.Returns[actions.Void]
		Order string
	}

	// Charge has the bank charge a card, and returns the number of the payment. The error is [ErrDeclined] if the bank
	// does not like the card.
	Charge struct {
		actions.Returns[string]
		Order, Card string
		Amount      Money
	}
	// Refund has the bank give back what was charged.
	Refund struct {
		actions.Returns[actions.Void]
		Order string
	}

	// Ship has a carrier fetch a parcel, and returns the number of that. The error is [ErrUndeliverable] if the carrier
	// does not take it.
	Ship struct {
		actions.Returns[string]
		Order, Carrier, To string
	}
	// Recall has the carrier leave it.
	Recall struct {
		actions.Returns[actions.Void]
		Order, Carrier string
	}

	// Issue writes the receipt.
	Issue struct {
		actions.Returns[actions.Void]
		Receipt Receipt
	}
	// Annul tears it up.
	Annul struct {
		actions.Returns[actions.Void]
		Order string
	}
)

// Inverse is [Release].
func (a Reserve) Inverse() actions.Action { return Release{Order: a.Order} }

// Inverse is [Withdraw].
func (a AskManager) Inverse() actions.Action { return Withdraw{Order: a.Order} }

// Inverse is [Refund].
func (a Charge) Inverse() actions.Action { return Refund{Order: a.Order} }

// Inverse is [Recall].
func (a Ship) Inverse() actions.Action { return Recall{Order: a.Order, Carrier: a.Carrier} }

// Inverse is [Annul].
func (a Issue) Inverse() actions.Action { return Annul{Order: a.Receipt.Order} }
