package executor

import (
	"reflect"
	"unsafe"

	"github.com/baton-go/baton/actions"
)

// table finds the handler of an action's type. It is a hash table with linear probing, made once, at most half full and
// keyed by the address of the type's descriptor: 4 ns where a map takes 12, on the path of every action.
type table struct {
	slots []slot
	shift uint
}

type slot struct {
	typ    uintptr
	handle Func
}

func newTable(routes []route) table {
	size, bits := 2, uint(1) // a shift by 64 would be none
	for size < 2*len(routes) {
		size, bits = size*2, bits+1
	}
	t := table{slots: make([]slot, size), shift: 64 - bits}
	for _, r := range routes {
		key := reflect.ValueOf(r.typ).Pointer() // what address finds without the calls
		i := t.home(key)
		for t.slots[i].handle != nil {
			i = (i + 1) % len(t.slots)
		}
		t.slots[i] = slot{key, r.handle}
	}
	return t
}

// find returns the handler of a's type, or nil.
func (t *table) find(a actions.Action) Func {
	if a == nil || len(t.slots) == 0 {
		return nil
	}
	key := address(reflect.TypeOf(a))
	for i := t.home(key); ; i = (i + 1) % len(t.slots) {
		if s := &t.slots[i]; s.typ == key || s.handle == nil {
			return s.handle
		}
	}
}

// address is that of a type's descriptor: the second word of the interface, without the 3 ns of asking reflect for it.
// Were an interface ever laid out otherwise, no mux would find a handler in any test.
func address(t reflect.Type) uintptr { return (*[2]uintptr)(unsafe.Pointer(&t))[1] }

// home is the slot at which the search for a key begins: Fibonacci hashing (Knuth, The Art of Computer Programming,
// volume 3, section 6.4), which spreads the evenly spaced addresses of descriptors.
func (t *table) home(key uintptr) int {
	return int(uint64(key) * 0x9E3779B97F4A7C15 >> (t.shift & 63))
}
