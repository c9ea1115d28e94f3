package durable

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Progress is how far a run has come, as it tells itself: by actions.Progress, or by ReportProgress.
type Progress struct {
	// Done of Total units are done. A Total of 0 means that it is not known.
	Done    int64  `json:"done"`
	Total   int64  `json:"total,omitempty"`
	Message string `json:"message,omitempty"`
	// At is when it was told; zero if nothing was.
	At time.Time `json:"at,omitzero"`
}

// published is what a run tells about itself while it is under way.
type published struct {
	Progress *Progress                `json:"progress,omitempty"`
	Values   map[string]store.Payload `json:"values,omitempty"`
	// Starter and Life are what the audience has carried to the next life: from whoever started the run, and from the
	// last life.
	Starter map[string]string `json:"starter,omitempty"`
	Life    map[string]string `json:"life,omitempty"`
}

func (p published) encode() ([]byte, error) { return json.Marshal(p) }

func decodePublished(run string, data []byte) (published, error) {
	var p published
	if len(data) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return p, fmt.Errorf("what run %q published: %w: %w", run, store.ErrCorrupt, err)
	}
	return p, nil
}
