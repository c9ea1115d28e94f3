package memory

// lane is what the runs of one flow in one queue have in common, and three kinds of piles. A run that is neither
// finished nor without a due time is in exactly one of them.
type lane struct {
	flow, queue string
	runs        int
	// waiting are those without a lease, by due time. Some may have become due meanwhile.
	waiting pile
	// leased are those with a lease, by owner, by its end. Some leases may have run out meanwhile.
	leased map[*owner]*pile
	// ready are those that a claim found to be due but did not take, by key, in the order in which they are to be taken.
	ready heaps
}

// lanesOf returns the lanes of flows, of all queues.
func (s *Store) lanesOf(flows []string) []*lane {
	lanes := make([]*lane, 0, len(flows))
	for _, flow := range flows {
		for _, l := range s.flows[flow] {
			lanes = append(lanes, l)
		}
	}
	return lanes
}

// lane returns the lane of a run; it is made if it is not there.
func (s *Store) lane(flow, queue string) *lane {
	l := s.flows[flow][queue]
	if l == nil {
		l = &lane{flow: flow, queue: queue, waiting: pile{before: earlier}, leased: map[*owner]*pile{}}
		if s.flows[flow] == nil {
			s.flows[flow] = map[string]*lane{}
		}
		s.flows[flow][queue] = l
	}
	return l
}

// leave notes that a run of the lane is no more.
func (s *Store) leave(l *lane) {
	if l.runs--; l.runs > 0 {
		return
	}
	if delete(s.flows[l.flow], l.queue); len(s.flows[l.flow]) == 0 {
		delete(s.flows, l.flow)
	}
}

// leasedBy returns the pile of an owner's leases.
func (l *lane) leasedBy(o *owner) *pile {
	p := l.leased[o]
	if p == nil {
		p = &pile{before: earlier}
		l.leased[o] = p
	}
	return p
}

// advance makes those ready that have become due.
func (l *lane) advance(now moment) {
	l.waiting.drain(now, l)
	for o, p := range l.leased {
		p.drain(now, l)
		if p.Len() == 0 {
			delete(l.leased, o)
		}
	}
}

// first returns the run of the lane that is to be claimed first, or nil if none is due.
func (l *lane) first(now moment) *row {
	for p := l.ready.first(); p != nil; p = l.ready.first() {
		if r := p.ready(now); r != nil {
			return r
		}
	}
	return nil
}
