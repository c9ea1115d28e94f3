package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// subject is what is measured.
type subject interface {
	// slice works for about as long as d, and tells what that came to.
	slice(ctx context.Context, d time.Duration) (sample, error)
	close(ctx context.Context) error
}

// measure is a row of the tables: a subject beside its floor. Both take turns, slice by slice, the floor first and
// last, so that a ratio holds also where the speed of the machine drifts.
type measure struct {
	name, goal     string
	subject, floor func(ctx context.Context) (subject, error)

	rounds, floors []sample // what the slices of each round come to together
	ratios, cpus   []float64
	missing        bool // what it measures is not on this machine
}

// round measures with a subject and a floor that are new.
func (m *measure) round(ctx context.Context, slices int, d time.Duration) (err error) {
	f, err := m.floor(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close(ctx)) }()
	s, err := m.subject(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	const warm = 4 // slices that do not count
	var all, floors sample
	before, err := f.slice(ctx, d)
	if err != nil {
		return fmt.Errorf("the floor: %w", err)
	}
	for i := range warm + slices {
		one, err := s.slice(ctx, d)
		if err != nil {
			return err
		}
		after, err := f.slice(ctx, d)
		if err != nil {
			return fmt.Errorf("the floor: %w", err)
		}
		if i >= warm {
			m.ratios = append(m.ratios, 2*one.rate()/(before.rate()+after.rate()))
			m.cpus = append(m.cpus, 2*one.cpuEach()/(before.cpuEach()+after.cpuEach()))
			all.add(one)
			floors.add(after)
		}
		before = after
	}
	m.rounds, m.floors = append(m.rounds, all), append(m.floors, floors)
	return nil
}
