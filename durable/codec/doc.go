// Package codec turns values and errors into the bytes that a store keeps, and back.
//
//	set, err := codec.NewSet(sealed, codec.JSON()) // write with one codec, read those of earlier days
//	p, err := set.Encode(order)
//	err = set.Decode(p, &order)
//
// Every payload carries the name of the codec that wrote it, so a program may change its codec and go on reading what
// it wrote before: JSON and gob always, others as long as they are given to [NewSet]. A [Codec] is three methods; the
// examples have one that encrypts, with keys that change, and one that compresses.
//
// Errors are recorded as data (see [Errors]): text, sentinels, errors of known types, and what they say about what was
// done and about trying again.
//
// Decoding makes data: no function, no program text and no type by its name is ever loaded. What runs are the decoding
// methods of the types that are decoded into, such as UnmarshalJSON.
//
// The package imports durable/store, internal/failures and the standard library.
package codec
