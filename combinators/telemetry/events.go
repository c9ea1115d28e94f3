package telemetry

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/internal/kinds"
)

// eventCounter counts what combinators do.
type eventCounter struct {
	counter metric.Int64Counter
	known   sync.Map // of []metric.AddOption, by eventKind
	count   atomic.Int64
}

// eventKind is what events are told apart by.
type eventKind struct{ event, by, action, circuit, to string }

func (c *eventCounter) add(ctx context.Context, e combinators.Event) {
	c.counter.Add(ctx, 1, c.options(kindOf(e))...)
}

func (c *eventCounter) options(k eventKind) []metric.AddOption {
	if options, ok := c.known.Load(k); ok {
		return options.([]metric.AddOption)
	}
	if c.count.Load() >= maxKinds {
		k.beyond()
	}
	options := []metric.AddOption{metric.WithAttributeSet(k.set())}
	if _, known := c.known.LoadOrStore(k, options); !known {
		c.count.Add(1)
	}
	return options
}

// kindOf finds what an event tells of itself that has few values.
func kindOf(e combinators.Event) eventKind {
	k := eventKind{event: strings.ReplaceAll(e.Name(), " ", "_")}
	for _, a := range e.LogValue().Group() {
		switch a.Key {
		case "by":
			k.by = a.Value.String()
		case "action":
			k.action = a.Value.String()
		case "circuit":
			k.circuit = a.Value.String()
		case "to":
			k.to = a.Value.String()
		}
	}
	return k
}

// beyond leaves out what may be named by data.
func (k *eventKind) beyond() {
	for _, name := range []*string{&k.action, &k.circuit} {
		if *name != "" {
			*name = kinds.Other
		}
	}
}

func (k *eventKind) set() attribute.Set {
	attrs := []attribute.KeyValue{eventKey.String(k.event)}
	for _, a := range []attribute.KeyValue{
		combinatorKey.String(k.by), actionKey.String(k.action), circuitKey.String(k.circuit), toKey.String(k.to),
	} {
		if a.Value.AsString() != "" {
			attrs = append(attrs, a)
		}
	}
	return attribute.NewSet(attrs...)
}
