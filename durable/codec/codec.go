package codec

// Codec turns values into bytes and back. It is safe for concurrent use.
//
// Besides the values of flows it is given structs of texts, booleans, byte slices and maps, which errors are recorded
// as (see [Errors]). One that can encode only types of its own refuses these with an error that wraps
// errors.ErrUnsupported: then they are written as JSON.
type Codec interface {
	// Name stands in every payload that the codec writes. It never changes, and is none of "json", "gob" and those that
	// begin with "error+".
	Name() string
	// Encode returns v as bytes, which belong to the caller.
	Encode(v any) ([]byte, error)
	// Decode decodes into the value that into points to. It does not keep data.
	Decode(data []byte, into any) error
}
