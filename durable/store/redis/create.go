package redis

import (
	"context"
	"strconv"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// Create adds runs: see [store.Store].
func (s *Store) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	args := []any{s.channel, s.self}
	kept := make([]map[string]string, len(runs))
	ids := make([]string, len(runs))
	for i := range runs {
		r := &runs[i]
		ids[i], kept[i] = r.ID, s.pack(r)
		args = append(args, r.ID)
		for _, name := range columns {
			args = append(args, kept[i][name])
		}
		args = append(args, len(r.Labels))
		for name, value := range r.Labels {
			args = append(args, label(name, value))
		}
	}
	return call(ctx, s, "create", func(ctx context.Context) ([]store.Created, error) {
		reply, err := s.run(ctx, createScript, args...)
		if err != nil {
			return nil, err
		}
		answer, err := list(reply, 2)
		if err != nil {
			return nil, err
		}
		s.told(answer[0])
		found, err := list(answer[1], len(ids))
		if err != nil {
			return nil, err
		}
		created := make([]store.Created, len(ids))
		for i := range ids {
			fields := kept[i]
			if created[i].New = found[i] == nil; !created[i].New {
				if fields, err = fieldsOf(found[i]); err != nil {
					return nil, err
				}
			}
			if created[i].Run, err = s.unpack(ids[i], fields); err != nil {
				return nil, err
			}
		}
		return created, nil
	})
}

// columns are the fields of a run that is created, in the order in which the script takes them.
var columns = []string{
	"flow", "queue", "key", "priority", "created", "status", "due", "started", "finished", "expires", "parent", "state",
	"facts", "input", "published",
}

// pack returns the fields of a run that is created.
func (s *Store) pack(r *store.Run) map[string]string {
	return map[string]string{
		"flow": r.Flow, "queue": r.Queue, "key": r.Key, "priority": priority(r.Priority), "parent": r.Parent,
		"created": ordered(r.Created.UnixMicro()), "status": ordinal(r.Status), "due": stamp(s.clocks.Server(r.Due)),
		"started": stamp(r.Started), "finished": stamp(r.Finished), "expires": stamp(r.Expires),
		"state": string(packed.State(&r.State)), "facts": string(facts(*r)), "input": string(input(r.Input)),
		"published": string(published(r.Published)),
		"epoch":     "0", "revision": "0",
	}
}

// label is a label as it is part of a key.
func label(name, value string) string { return strconv.Itoa(len(name)) + ":" + name + "=" + value }
