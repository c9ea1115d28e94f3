package journal

// Treatment says how an action is recorded. The zero Treatment is the default.
type Treatment struct {
	Durability Durability
	// NameOnly compares the name of an action with that of its record, and not its fields.
	NameOnly bool
}

// Durability says when the outcome of an action is durable.
type Durability uint8

const (
	// Synchronous outcomes are durable before the orchestration sees them.
	Synchronous Durability = iota
	// Batched outcomes become durable with the next synchronous one of the same strand, or when the strand waits, asks
	// for the time, comes to a group, or ends the run. After a crash or a shutdown before that the action is carried out
	// again.
	Batched
	// Unrecorded actions leave no record: they are carried out again in each life, also where the run has been already.
	// They must be reads whose answer does not matter to what the orchestration does next, or never changes. Waits are
	// always recorded.
	Unrecorded
)

// String is the name in lower case.
func (d Durability) String() string {
	switch d {
	case Synchronous:
		return "synchronous"
	case Batched:
		return "batched"
	case Unrecorded:
		return "unrecorded"
	}
	return "unknown"
}
