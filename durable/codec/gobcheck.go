package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// maxLevels is how deep a value may be.
const maxLevels = 10_000

// checkGob reads a stream as package gob does, by the grammar in its documentation, without making anything of it. It
// must be one value, with the definitions of all types before it and every length right. Else the error says what is
// wrong: package gob makes a map as large as it is said to be, and has no bound but the stack for values in one
// another.
func checkGob(stream []byte) error {
	return tryGob(func() {
		c := gobReader{stream: stream, types: map[int64]gobType{}, strict: true}
		c.value(c.typeSequence(false))
		if len(c.message)+len(c.stream) > 0 {
			panic(gobError("there is data behind the value"))
		}
	})
}

// gobTypes returns the definitions of the types in a stream that package gob has written, as a stream of their own.
func gobTypes(stream []byte) (types []byte, err error) {
	c := gobReader{stream: stream, types: map[int64]gobType{}}
	err = tryGob(func() { c.value(c.typeSequence(false)) })
	return c.defined, err
}

func tryGob(read func()) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case gobError:
			err = errors.New(string(p))
		default:
			panic(p)
		}
	}()
	read()
	return nil
}

// gobError is what a gobReader panics with.
type gobError string

// gobReader walks through a stream.
type gobReader struct {
	stream  []byte // behind the message
	message []byte // what is left of it
	types   map[int64]gobType
	defined []byte // their definitions
	levels  int
	strict  bool // all types are defined before the value
}

// gobType is a type that the stream defines.
type gobType struct {
	kind      gobKind
	key, elem int64
	fields    []int64
}

// gobKind is the number of a field of gob's wireType, and one more.
type gobKind uint64

const (
	gobArray gobKind = iota + 1
	gobSlice
	gobStruct
	gobMap
	gobEncoder
	gobBinary
	gobText
)

// The types that every stream knows, and the first that one may define.
const (
	gobBool    = 1
	gobFloat   = 4
	gobBytes   = 5
	gobString  = 6
	gobComplex = 7
	gobHolder  = 8
	gobFirst   = 64
)

func (c *gobReader) uint() uint64 {
	first := c.take(1)[0]
	if first <= math.MaxInt8 {
		return uint64(first)
	}
	n := -int(int8(first))
	if n > 8 {
		panic(gobError("a number has more than 8 bytes"))
	}
	var x uint64
	for _, b := range c.take(uint64(n)) {
		x = x<<8 | uint64(b)
	}
	return x
}

func (c *gobReader) int() int64 {
	x := c.uint()
	return int64(x>>1) ^ -int64(x&1)
}

func (c *gobReader) take(n uint64) []byte {
	if n > uint64(len(c.message)) {
		panic(gobError("there is less data than it says"))
	}
	taken := c.message[:n]
	c.message = c.message[n:]
	return taken
}

// count is the number of elements that follow, each of a byte at least.
func (c *gobReader) count() uint64 {
	n := c.uint()
	if n > uint64(len(c.message)+len(c.stream)) {
		panic(gobError("there are fewer elements than it says"))
	}
	return n
}

// next goes to the next message.
func (c *gobReader) next() {
	c.message, c.stream = c.stream, nil
	message := c.take(c.uint())
	c.message, c.stream = message, c.message
}

// typeSequence reads the definitions of types before a value, and returns the type of the value.
func (c *gobReader) typeSequence(inside bool) int64 {
	for {
		if len(c.message) == 0 {
			if inside && c.strict {
				panic(gobError("a value goes on in the next message"))
			}
			c.next()
		}
		from := c.message
		id := c.int()
		if id >= 0 {
			return id
		}
		if _, ok := c.types[-id]; ok || -id < gobFirst || inside && c.strict {
			panic(gobError("a type is defined twice, or where it must not be"))
		}
		c.types[-id] = c.define()
		definition := from[:len(from)-len(c.message)]
		c.defined = append(appendGobUint(c.defined, uint64(len(definition))), definition...)
		if len(c.message) == 0 {
			continue
		}
		if !inside {
			panic(gobError("there is data behind the definition of a type"))
		}
		c.uint() // the length of what is left in the message
	}
}

// fields reads a struct: it calls read for each field that is there.
func (c *gobReader) fields(read func(field int)) {
	for field := -1; ; read(field) {
		delta := c.uint()
		if delta == 0 {
			return
		}
		if delta > math.MaxInt32 || field > math.MaxInt32 {
			panic(gobError("a struct has no such field"))
		}
		field += int(delta)
	}
}

// define reads the definition of a type, which is a value of gob's wireType.
func (c *gobReader) define() (t gobType) {
	c.fields(func(kind int) {
		if t.kind != 0 || kind >= int(gobText) {
			panic(gobError("a type is of no kind, or of two"))
		}
		t.kind = gobKind(kind + 1)
		c.fields(func(field int) {
			switch {
			case field == 0:
				c.named()
			case field == 1 && t.kind == gobStruct:
				for range c.count() {
					t.fields = append(t.fields, c.named())
				}
			case field == 1 && t.kind == gobMap:
				t.key = c.int()
			case field == 1 && t.kind <= gobSlice, field == 2 && t.kind == gobMap:
				t.elem = c.int()
			case field == 2 && t.kind == gobArray:
				c.int() // its length, which a value repeats
			default:
				panic(gobError("a type is described in a way that is not known"))
			}
		})
	})
	return t
}

// named reads a struct of a name and a number.
func (c *gobReader) named() (number int64) {
	c.fields(func(field int) {
		switch field {
		case 0:
			c.take(c.uint())
		case 1:
			number = c.int()
		default:
			panic(gobError("a name has more than a number"))
		}
	})
	return number
}

// value reads a value that stands alone: that of the stream, or one in an interface.
func (c *gobReader) value(id int64) {
	if c.types[id].kind != gobStruct && c.uint() != 0 {
		panic(gobError("a value that is no struct begins like one"))
	}
	c.element(id)
}

func (c *gobReader) element(id int64) {
	if c.levels++; c.levels > 2*maxLevels {
		panic(gobError(fmt.Sprintf("values are more than %d levels deep in one another", maxLevels)))
	}
	defer func() { c.levels-- }()
	switch {
	case id >= gobBool && id <= gobFloat:
		c.uint()
		return
	case id == gobBytes || id == gobString:
		c.take(c.uint())
		return
	case id == gobComplex:
		c.uint()
		c.uint()
		return
	case id == gobHolder:
		c.holder()
		return
	}
	switch t := c.types[id]; t.kind {
	case gobArray, gobSlice:
		for range c.count() {
			c.element(t.elem)
		}
	case gobMap:
		for range c.count() {
			c.element(t.key)
			c.element(t.elem)
		}
	case gobStruct:
		c.fields(func(field int) {
			if field >= len(t.fields) {
				panic(gobError("a struct has no such field"))
			}
			c.element(t.fields[field])
		})
	case gobEncoder, gobBinary, gobText:
		c.take(c.uint())
	default:
		panic(gobError("a type is not defined"))
	}
}

// holder reads what is in an interface: the name of its type, its number, a length and the value.
func (c *gobReader) holder() {
	name := c.uint()
	if name == 0 {
		return
	}
	c.take(name)
	id := c.typeSequence(true)
	length := c.uint()
	from := len(c.message)
	c.value(id)
	if c.strict && uint64(from-len(c.message)) != length {
		panic(gobError("the length of a value is wrong"))
	}
}

// appendGobUint appends a number as package gob writes it.
func appendGobUint(to []byte, x uint64) []byte {
	if x <= math.MaxInt8 {
		return append(to, byte(x))
	}
	n := (bits.Len64(x) + 7) / 8
	var text [8]byte
	binary.BigEndian.PutUint64(text[:], x)
	return append(append(to, byte(-n)), text[8-n:]...)
}
