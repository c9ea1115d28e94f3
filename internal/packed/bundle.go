package packed

import "encoding/binary"

// Part is a record in a bundle, as [Record] packs it.
type Part struct {
	Run, N int64 // which record it is
	Data   []byte
	Row    int64 // for the use of whoever reads: it is not packed
}

// A bundle begins with a list of what it holds, which has a checksum of its own, as each part has. So of a part that is
// damaged it is known which one it is, and the others can be read. The length of the list, in four bytes, stands in
// front.
const bundleHead = 4

// Bundle makes one blob of parts, whose Data are then parts of it. Numbers are not negative.
func Bundle(all []Part) []byte {
	size := 0
	for i := range all {
		size += len(all[i].Data)
	}
	const each = 8 // bytes of the list, about
	p := packer{make([]byte, bundleHead, bundleHead+16+each*len(all)+size)}
	p.b = append(p.b, packVersion)
	p.uint(uint64(len(all)))
	for i := range all {
		p.uint(uint64(all[i].Run))
		p.uint(uint64(all[i].N))
		p.uint(uint64(len(all[i].Data)))
	}
	list := packer{p.b[bundleHead:]}
	b := append(p.b[:bundleHead], list.sealed()...)
	binary.LittleEndian.PutUint32(b, uint32(len(b)-bundleHead))
	for i := range all {
		from := len(b)
		b = append(b, all[i].Data...)
		all[i].Data = b[from:len(b):len(b)]
	}
	return b
}

// ReadBundle reads the list of a bundle, and tells whether it could. The Data are parts of the bundle, not looked at.
func ReadBundle(b []byte) ([]Part, bool) {
	if len(b) < bundleHead {
		return nil, false
	}
	size := uint64(binary.LittleEndian.Uint32(b))
	if b = b[bundleHead:]; size > uint64(len(b)) {
		return nil, false
	}
	u := newUnpacker(b[:size])
	b = b[size:]
	count := u.uint()
	if count > uint64(len(u.b)) {
		return nil, false
	}
	all := make([]Part, count)
	for i := range all {
		all[i].Run, all[i].N = int64(u.uint()), int64(u.uint())
		end := min(u.uint(), uint64(len(b))) // of what was cut off the checksum is wrong
		all[i].Data, b = b[:end:end], b[end:]
	}
	return all, u.done()
}
