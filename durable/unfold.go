package durable

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// Unfold returns what a runtime of this configuration makes of a run: the configuration of its journal, without an
// executor and a log, and its orchestration. It is for tools and tests that carry a run out in their own way, such as
// those of package durabletest. The error says that the configuration makes no sense or lacks the flow of the run, or
// that the run's input is none of that flow.
func Unfold(c Config, h store.History) (journal.Config, func(actions.Yield) (any, error), error) {
	fail := func(err error) (journal.Config, func(actions.Yield) (any, error), error) {
		return journal.Config{}, nil, fmt.Errorf("unfold run %s: %w", quote(h.Run.ID), err)
	}
	codecs, err := codec.NewSet(c.Codec, c.ReadCodecs...)
	if err != nil {
		return fail(err)
	}
	kinds, err := codec.NewErrors(append(ownKinds(), c.ErrorKinds...)...)
	if err != nil {
		return fail(err)
	}
	flows, err := definitions(c.Flows)
	if err != nil {
		return fail(err)
	}
	def := flows[h.Run.Flow]
	if def == nil {
		return fail(fmt.Errorf("there is no flow %q", h.Run.Flow))
	}
	decode := func(into any) error { return codecs.Decode(h.Run.Input, into) }
	if _, err := def.input(decode); err != nil {
		return fail(err)
	}
	started := h.Run.Started
	if started.IsZero() {
		started = h.Run.Created // it has never been carried out
	}
	config := journal.Config{
		Codecs: codecs, Errors: kinds, Records: h.Records,
		Messages: h.Messages, Started: started, Resumed: h.Run.Epoch > 1 || len(h.Records) > 0,
		Treat: def.treat(c.Treat), MaxPayload: c.MaxPayload, MaxSteps: c.MaxSteps,
	}
	if err := identify(&config, &h.Run); err != nil {
		return fail(err)
	}
	return config, func(y actions.Yield) (any, error) { return def.run(y, decode) }, nil
}

// journalID is what the step keys of a run begin with: its ID, and from the second generation on the number of that.
func journalID(r store.Run) string {
	if r.Generation > 0 {
		return fmt.Sprintf("%s~%d", r.ID, r.Generation)
	}
	return r.ID
}
