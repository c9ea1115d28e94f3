package combinators

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Semaphores finds semaphores by name, so that parts of a program that do not know each other share one. The zero value
// is empty and ready. It is safe for concurrent use; whoever owns it decides how far names reach.
type Semaphores struct {
	mu     sync.Mutex
	byName map[string]*namedSemaphore
}

type namedSemaphore struct {
	*Semaphore
	config SemaphoreConfig // as it was first asked for
}

// Get finds the semaphore of a name, or makes it with the given size. If it was made with another size, that is an
// error and not a silent choice between the two; a [Semaphore.Resize] since then makes no difference.
func (s *Semaphores) Get(name string, size int) (*Semaphore, error) {
	return s.GetWith(SemaphoreConfig{Name: name, Size: size})
}

// GetWith finds the semaphore of config.Name, or makes it. If it was made with another configuration, that is an error.
func (s *Semaphores) GetWith(config SemaphoreConfig) (*Semaphore, error) {
	want := badSize(config.Size)
	switch {
	case config.Name == "":
		return nil, errors.New("combinators.Semaphores: the name of the semaphore is empty")
	case want != "":
		return nil, fmt.Errorf("combinators.Semaphores: %q: Size must be %s, got %d", config.Name, want, config.Size)
	case config.MaxQueue < 0:
		return nil, fmt.Errorf("combinators.Semaphores: %q: MaxQueue must be at least 0, got %d",
			config.Name, config.MaxQueue)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have, ok := s.byName[config.Name]; ok {
		if err := have.check(config); err != nil {
			return nil, err
		}
		return have.Semaphore, nil
	}
	if s.byName == nil {
		s.byName = map[string]*namedSemaphore{}
	}
	made := &namedSemaphore{NewSemaphoreWith(config), config}
	s.byName[config.Name] = made
	return made.Semaphore, nil
}

// All goes over the semaphores that there are when it begins, sorted by name.
func (s *Semaphores) All() iter.Seq2[string, *Semaphore] {
	return func(yield func(string, *Semaphore) bool) {
		s.mu.Lock()
		byName := maps.Clone(s.byName)
		s.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			if !yield(name, byName[name].Semaphore) {
				return
			}
		}
	}
}

func (n *namedSemaphore) check(config SemaphoreConfig) error {
	switch {
	case n.config.Size != config.Size:
		return fmt.Errorf("combinators.Semaphores: %q was made with Size %d, not %d",
			config.Name, n.config.Size, config.Size)
	case n.config.MaxQueue != config.MaxQueue:
		return fmt.Errorf("combinators.Semaphores: %q was made with MaxQueue %d, not %d",
			config.Name, n.config.MaxQueue, config.MaxQueue)
	}
	return nil
}
