package show_test

import (
	"time"

	"github.com/baton-go/baton/actions"
)

type (
	Charge struct {
		actions.Returns[actions.Void]
		Order string
		Cents int64
	}
	Item struct {
		Name  string
		Count int
		tag   string
	}
	Ship struct {
		actions.Returns[string]
		Items  []Item
		Prices map[string]float64
		Note   *string
		At     time.Time
		In     time.Duration
		Any    any
		Err    error
		Raw    []byte
		Done   func(int) error
		Ch     chan int
		level  Level
	}
	// Level has a text.
	Level int
	// Cents has none.
	Cents int
	// Token is opaque.
	Token struct{ secret string }
	// Loop may contain itself.
	Loop struct {
		Name string
		Next *Loop
		Map  map[string]any
		List []any
	}
	// Fold is equal whatever the case of its letters.
	Fold struct{ Text string }
	// Bad has methods that panic.
	Bad int
	// CodeError is an error that is more than its text.
	CodeError struct{ Number int }
)

func (l Level) String() string { return [...]string{"low", "high"}[l] }

func (Token) String() string { return "***" }

func (f Fold) Equal(other Fold) bool { return len(f.Text) == len(other.Text) }

func (Bad) String() string { panic("bad") }

func (c *CodeError) Error() string { return "code" }
