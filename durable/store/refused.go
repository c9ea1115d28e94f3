package store

// Refused says why w is not made to a run that stands so, by the conditions of [Store.Commit]: the error is
// [ErrFinished], [ErrFenced] or [ErrChanged]. It is nil if w is to be made.
func (w *Write) Refused(status Status, l Lease) error {
	switch {
	case status.Finished():
		return ErrFinished
	case w.Epoch == 0 && w.State == nil, w.Epoch != 0 && (l.Owner == "" || l.Epoch != w.Epoch):
		return ErrFenced
	case w.State != nil && w.Revision != l.Revision:
		return ErrChanged
	}
	return nil
}
