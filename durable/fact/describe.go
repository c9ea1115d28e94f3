package fact

import (
	"errors"
	"log/slog"

	"github.com/baton-go/baton/executor"
)

// description is the attributes of a fact in the making.
type description []slog.Attr

// describe begins the description of a fact about a run.
func describe(r Run) description {
	if r.ID == "" {
		return nil
	}
	d := make(description, 0, 8)
	d = append(d, slog.String("run", r.ID))
	if r.Flow != "" {
		d = append(d, slog.String("flow", r.Flow))
	}
	if r.Life > 1 {
		d = append(d, slog.Int64("life", r.Life))
	}
	return d
}

// failed adds the error, if there is one, and the stack if it is a panic.
func (d description) failed(err error) description {
	if err == nil {
		return d
	}
	d = append(d, slog.Any("error", err))
	if p, ok := errors.AsType[*executor.PanicError](err); ok {
		d = append(d, slog.String("stack", string(p.Stack)))
	}
	return d
}

func (d description) value() slog.Value { return slog.GroupValue(d...) }
