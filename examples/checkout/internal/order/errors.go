package order

import "errors"

// Why an order comes to nothing.
var (
	ErrSoldOut       = errors.New("it is sold out")
	ErrNoCarrier     = errors.New("no carrier has offered to go there")
	ErrRefused       = errors.New("the manager has said no")
	ErrUnanswered    = errors.New("the manager has not answered in time")
	ErrDeclined      = errors.New("the bank has declined the card")
	ErrUndeliverable = errors.New("the carrier does not take the parcel")
)

// Why is the one of these errors that err is, or err itself.
func Why(err error) error {
	for _, why := range []error{
		ErrSoldOut, ErrNoCarrier, ErrRefused, ErrUnanswered, ErrDeclined, ErrUndeliverable,
	} {
		if errors.Is(err, why) {
			return why
		}
	}
	return err
}
