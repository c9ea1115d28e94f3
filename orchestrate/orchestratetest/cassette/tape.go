package cassette

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/baton-go/baton/internal/failures"
	"github.com/baton-go/baton/internal/paths"
)

// format is the version of the files that this package writes and reads.
const format = 1

// tape is what a file holds.
type tape struct {
	Format   int     `json:"cassette"`
	Workflow string  `json:"workflow,omitempty"`
	Calls    []*call `json:"calls"`
}

// call is one call of an executor.
type call struct {
	// Path is the step, Attempt the number of the attempt from the second one on. Outside a run there is neither.
	Path    string            `json:"path,omitempty"`
	Attempt int               `json:"attempt,omitempty"`
	Action  string            `json:"action"`
	Request json.RawMessage   `json:"request,omitempty"`
	Result  json.RawMessage   `json:"result,omitempty"`
	Error   *failures.Failure `json:"error,omitempty"`
	// Late says that the context was done when the call ended.
	Late bool `json:"late,omitempty"`

	// Branches is how many branches a group has. Order is that in which the calls in it ended, where it matters and is
	// not that of their steps.
	Branches *int     `json:"branches,omitempty"`
	Order    []string `json:"order,omitempty"`
}

// key identifies the call among those of its step: "3.1.0", from the second attempt on "3.1.0#2".
func (c *call) key() string {
	key := c.Path
	if c.Attempt > 1 {
		key += "#" + strconv.Itoa(c.Attempt)
	}
	return key
}

// at says where a call was made.
func (c *call) at() string {
	if c.Path == "" {
		return "outside a run"
	}
	at := "step " + c.Path
	if c.Attempt > 1 {
		at += ", attempt " + strconv.Itoa(c.Attempt)
	}
	return at
}

// String is the call on one line: where it was made, the action and its fields.
func (c *call) String() string { return c.at() + ": " + c.line() }

// line is the action and its fields.
func (c *call) line() string {
	if c.Branches != nil {
		return c.Action + " of " + c.branches()
	}
	if len(c.Request) == 0 {
		return c.Action
	}
	var request bytes.Buffer
	if err := json.Compact(&request, c.Request); err != nil { // the tape was decoded
		return c.Action + string(c.Request)
	}
	return c.Action + request.String()
}

// branches says how many branches a group has.
func (c *call) branches() string {
	switch {
	case c.Branches == nil:
		return ""
	case *c.Branches == 1:
		return "1 branch"
	}
	return strconv.Itoa(*c.Branches) + " branches"
}

// compareSteps orders calls by step and attempt.
func compareSteps(a, b *call) int {
	if c := paths.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return a.Attempt - b.Attempt
}

// encode writes the tape as text that is the same for the same calls.
func (t *tape) encode() ([]byte, error) {
	slices.SortStableFunc(t.Calls, compareSteps)
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(t)
	return text.Bytes(), err
}

func decode(text []byte) (*tape, error) {
	var head struct {
		Format int `json:"cassette"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	switch {
	case head.Format == 0:
		return nil, errors.New(`it is no cassette: "cassette" is missing`)
	case head.Format != format:
		return nil, fmt.Errorf("it is of format %d, and this version reads format %d: record it again", head.Format, format)
	}
	t := &tape{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(t); err != nil {
		return nil, err
	}
	return t, nil
}

// write replaces the file as a whole, or leaves it as it is.
func (t *tape) write(file string) (err error) {
	text, err := t.encode()
	if err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(file)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	return err
}
