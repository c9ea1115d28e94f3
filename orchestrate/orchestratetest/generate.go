package orchestratetest

import (
	"errors"
	"math"
	"reflect"
	"time"
)

// draws is where chance comes from. Nothing but zeros makes values that are zero, or nearly so.
type draws interface {
	// Uint64 returns 64 bits, and small a number below n, which is at most 256.
	Uint64() uint64
	small(n int) int
}

// generator makes values of any type by chance: as far as they are data, and never large. What it cannot make,
// functions for instance and fields that are not exported, is zero.
type generator struct {
	draws
	depth int
}

// maxGenerated is how many levels of a value are made.
const maxGenerated = 6

func generate(d draws, t reflect.Type) any {
	v := reflect.New(t).Elem()
	(&generator{draws: d}).fill(v)
	return v.Interface()
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	errorType = reflect.TypeFor[error]()
)

func (g *generator) fill(v reflect.Value) {
	if g.depth++; g.depth <= maxGenerated {
		g.kind(v)
	}
	g.depth--
}

func (g *generator) kind(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.small(2) == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(g.int(v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(g.uint(v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(g.float())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(g.float(), g.float()))
	case reflect.String:
		v.SetString(g.text())
	case reflect.Slice:
		g.slice(v)
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i))
		}
	case reflect.Map:
		g.entries(v)
	case reflect.Pointer:
		if g.small(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			g.fill(v.Elem())
		}
	case reflect.Struct:
		g.fields(v)
	case reflect.Interface:
		g.any(v)
	default: // functions, channels
	}
}

// int is mostly small, and sometimes as large as can be.
func (g *generator) int(bits int) int64 {
	highest := int64(1)<<(bits-1) - 1
	switch g.small(8) {
	case 7:
		return highest
	case 6:
		return -highest - 1
	case 5:
		return int64(g.Uint64()) >> (64 - bits)
	case 4:
		return -int64(g.small(128))
	}
	return int64(g.small(128))
}

func (g *generator) uint(bits int) uint64 {
	switch g.small(8) {
	case 7:
		return math.MaxUint64 >> (64 - bits)
	case 6:
		return g.Uint64() >> (64 - bits)
	}
	return uint64(g.small(256))
}

func (g *generator) float() float64 {
	switch g.small(8) {
	case 7:
		return math.Float64frombits(g.Uint64()) // with luck NaN, or infinite
	case 6:
		return -float64(g.small(256))
	}
	return float64(g.small(256)) / 4
}

// text is mostly short and plain.
func (g *generator) text() string {
	b := make([]byte, g.small(12))
	plain := g.small(8) < 7
	for i := range b {
		if plain {
			b[i] = 'a' + byte(g.small(26))
		} else {
			b[i] = byte(g.small(256))
		}
	}
	return string(b)
}

func (g *generator) slice(v reflect.Value) {
	n := g.small(5)
	if n == 4 {
		return // nil
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		g.fill(v.Index(i))
	}
}

func (g *generator) entries(v reflect.Value) {
	n := g.small(5)
	if n == 4 {
		return // nil
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), n))
	for range n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		g.fill(key)
		g.fill(value)
		if key.Comparable() {
			v.SetMapIndex(key, value)
		}
	}
}

func (g *generator) fields(v reflect.Value) {
	if v.Type() == timeType {
		const century = 100 * 365 * 24 * int64(time.Hour/time.Second)
		v.Set(reflect.ValueOf(time.Unix(int64(g.Uint64()%uint64(century)), int64(g.small(256))).UTC()))
		return
	}
	for i := range v.NumField() {
		if v.Field(i).CanSet() {
			g.fill(v.Field(i))
		}
	}
}

// any fills an interface: an error, or a text or a number if it has no methods.
func (g *generator) any(v reflect.Value) {
	var x any
	switch g.small(4) {
	case 0:
		return
	case 1:
		x = int(g.int(64))
	case 2:
		x = g.text()
	default:
		x = errors.New(g.text())
	}
	if t := reflect.TypeOf(x); v.Type() == errorType && !t.Implements(errorType) {
		x = errors.New("generated")
	} else if !t.AssignableTo(v.Type()) {
		return
	}
	v.Set(reflect.ValueOf(x))
}
