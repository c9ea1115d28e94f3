package actions

import (
	"errors"
	"fmt"
)

// ErrNil is the error for a nil action where one is required.
var ErrNil = errors.New("actions: nil action")

// DecodeResult decodes a result of the given action. It calls unmarshal with a pointer to a zero value of the action's
// result type and returns that value, of exactly this type, or unmarshal's error. It is how a journal or a wire brings
// a recorded result back without knowing its type.
func DecodeResult(a Action, unmarshal func(into any) error) (any, error) {
	switch a := a.(type) {
	case nil:
		return nil, ErrNil
	case Shielded:
		return DecodeResult(a.Action, unmarshal)
	case interface {
		decodeResult(unmarshal func(into any) error) (any, error)
	}:
		return a.decodeResult(unmarshal)
	}
	return nil, fmt.Errorf("actions: %T embeds an action and not actions.Returns: its result cannot be decoded", a)
}
