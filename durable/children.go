package durable

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// childEnded is how the names of the messages begin that tell parents of the ends of their children.
const childEnded = reserved + "child/"

// childEvent is the name of the message that tells a parent of the end of its child.
func childEvent(id string) string { return childEnded + id }

// childEnd are the messages that a run sends when it ends: to its parent, if it has one. The payload is the run's
// result or its failure. The key is that of this run, and of no other that had its ID before.
func childEnd(r store.Run, end store.State) []store.Message {
	if r.Parent == "" {
		return nil
	}
	p := end.Result
	if end.Status != store.Completed {
		p = end.Failure
	}
	name, sum := childEvent(r.ID), sha256.Sum256(r.Seed)
	return []store.Message{{Run: r.Parent, Name: name, Key: fmt.Sprintf("%s/%x", name, sum[:8]), Payload: p}}
}

// childStart is a Start of any input.
type childStart interface {
	actions.Action
	child() (d *definition, in any, opts []StartOption)
}

// startChild carries a Start out, for a parent that is under way. Started again, it finds the child that is there.
func (c *Client) startChild(ctx context.Context, parent store.Run, a childStart) (id string, err error) {
	d, in, opts := a.child()
	if err := checkName("flow name", d.name); err != nil {
		return "", err
	}
	opts = append([]StartOption{WithID(childID(parent, executor.StepFrom(ctx).Path()))}, opts...)
	r, err := c.newRun(d, in, gather(opts))
	if err == nil {
		err = c.mayStart(ctx, c.store, r)
	}
	if err != nil {
		return "", d.notStarted(err)
	}
	r.Parent = parent.ID
	runs := []store.Run{r}
	release, err := c.admit(ctx, runs)
	if err != nil {
		return "", d.notStarted(err)
	}
	defer release()
	c.links(ctx, runs)
	created, err := c.create(ctx, c.store, d, runs)
	if err != nil {
		return "", err
	}
	c.tellCreated(ctx, created)
	child := created[0].Run
	if !created[0].New && child.Status.Finished() {
		// It may have ended before this parent was there: under a chosen ID, of an earlier run with the parent's.
		if _, err := c.store.Send(ctx, childEnd(child, child.State)); err != nil {
			return "", d.notStarted(err)
		}
	}
	return child.ID, nil
}

// childID makes the ID of a child of its parent's and the step that starts it. Every generation of the parent has
// children of its own, and so has every run that there is under the parent's ID, one after the other: the seed tells
// them apart. What becomes too long is hashed.
func childID(parent store.Run, path string) string {
	id := parent.ID + ":" + path
	if parent.Generation > 0 {
		id += "@" + strconv.FormatInt(parent.Generation, 10)
	}
	sum := sha256.Sum256(append(slices.Clone(parent.Seed), id...))
	if len(id)+9 > maxName {
		return fmt.Sprintf("child:%x", sum)
	}
	return fmt.Sprintf("%s-%x", id, sum[:4])
}
