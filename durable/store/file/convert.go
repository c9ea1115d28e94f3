package file

import (
	"maps"
	"slices"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

func (r *run) row() *row {
	run := &r.Run.Run
	f := &row{
		ID: textForm(run.ID), Flow: textForm(run.Flow), Version: textForm(run.Version), Input: payloadForm(run.Input),
		Seed: run.Seed, Parent: textForm(run.Parent), OnParentClose: run.OnParentClose, Queue: textForm(run.Queue),
		Key:      textForm(run.Key),
		Priority: run.Priority, Labels: mapTexts(run.Labels, textForm), Created: run.Created, Deadline: run.Deadline,
		Retention: run.Retention, state: stateForm(run), Published: run.Published,
		Last: r.Last, Log: r.log, Damage: textForm(r.damage), Messages: messageForms(r.Messages),
	}
	for _, key := range slices.Sorted(maps.Keys(r.Keys)) {
		f.Keys = append(f.Keys, textForm(key))
	}
	return f
}

func (f *row) run() *run {
	id := ofText(f.ID)
	r := &run{log: f.Log, damage: ofText(f.Damage), Run: whole.Run{Last: f.Last}}
	r.Run.Run = store.Run{
		ID: id, Flow: ofText(f.Flow), Version: ofText(f.Version), Input: f.Input.payload(), Seed: f.Seed,
		Parent: ofText(f.Parent), OnParentClose: f.OnParentClose, Queue: ofText(f.Queue), Key: ofText(f.Key),
		Priority: f.Priority, Labels: mapTexts(f.Labels, ofText), Created: f.Created,
		Deadline: f.Deadline, Retention: f.Retention, Published: f.Published,
	}
	f.state.set(&r.Run.Run)
	r.Messages = messagesOf(id, f.Messages)
	if len(f.Keys) > 0 {
		r.Keys = make(map[string]bool, len(f.Keys))
		for _, key := range f.Keys {
			r.Keys[ofText(key)] = true
		}
	}
	return r
}

func mapTexts(m map[string]string, f func(string) string) map[string]string {
	if m == nil {
		return nil
	}
	c := make(map[string]string, len(m))
	for k, v := range m {
		c[f(k)] = f(v)
	}
	return c
}

func stateForm(r *store.Run) state {
	return state{
		Status: r.Status, Due: r.Due, Started: r.Started, Finished: r.Finished, Expires: r.Expires,
		Result: payloadForm(r.Result), Failure: payloadForm(r.Failure), Reason: textForm(r.Reason), Cancelled: r.Cancelled,
		Generation: r.Generation, Settled: r.Settled, Trials: r.Trials,
		Owner: textForm(r.Owner), Epoch: r.Epoch, Revision: r.Revision,
	}
}

func (f *state) set(r *store.Run) {
	r.State = store.State{
		Status: f.Status, Due: f.Due, Started: f.Started, Finished: f.Finished, Expires: f.Expires,
		Result: f.Result.payload(), Failure: f.Failure.payload(), Reason: ofText(f.Reason), Cancelled: f.Cancelled,
		Generation: f.Generation, Settled: f.Settled, Trials: f.Trials,
	}
	r.Lease = store.Lease{Owner: ofText(f.Owner), Epoch: f.Epoch, Revision: f.Revision}
}

func recordForms(records []store.Record) []record {
	var all []record
	for i := range records {
		r := &records[i]
		all = append(all, record{
			N: r.N, Epoch: r.Epoch, Kind: r.Kind, Path: textForm(r.Path), Name: textForm(r.Name), Digest: r.Digest,
			Action: payloadForm(r.Action), Result: payloadForm(r.Result), Failure: payloadForm(r.Failure),
			Number: r.Number, Started: r.Started, Finished: r.Finished,
		})
	}
	return all
}

func (f *record) record() store.Record {
	return store.Record{
		N: f.N, Epoch: f.Epoch, Kind: f.Kind, Path: ofText(f.Path), Name: ofText(f.Name), Digest: f.Digest,
		Action: f.Action.payload(), Result: f.Result.payload(), Failure: f.Failure.payload(),
		Number: f.Number, Started: f.Started, Finished: f.Finished,
	}
}

func messageForms(messages []store.Message) []message {
	var all []message
	for i := range messages {
		m := &messages[i]
		all = append(all, message{
			Seq: m.Seq, Name: textForm(m.Name), Key: textForm(m.Key), Payload: payloadForm(m.Payload), Sent: m.Sent,
		})
	}
	return all
}

func messagesOf(run string, forms []message) []store.Message {
	var all []store.Message
	for i := range forms {
		f := &forms[i]
		all = append(all, store.Message{
			Run: run, Seq: f.Seq, Name: ofText(f.Name), Key: ofText(f.Key), Payload: f.Payload.payload(), Sent: f.Sent,
		})
	}
	return all
}
