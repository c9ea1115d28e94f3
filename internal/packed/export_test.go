package packed

import "github.com/baton-go/baton/durable/store"

// Packed packs and unpacks what is
type Packed struct {
	Run     store.Run
	Record  store.Record
	Message store.Message
	Payload store.Payload
}

// Pack packs it as blobs.
func (p *Packed) Pack() [][]byte {
	return [][]byte{
		Facts(&p.Run), State(&p.Run.State), Published(p.Run.Published), Record(&p.Record),
		Message(&p.Message), Payload(p.Payload),
	}
}

// Unpack tells of each blob whether it could be read.
func (p *Packed) Unpack(blobs [][]byte) []bool {
	return []bool{
		ReadFacts(blobs[0], &p.Run), ReadState(blobs[1], &p.Run.State), ReadPublished(blobs[2], &p.Run),
		ReadRecord(blobs[3], &p.Record), ReadMessage(blobs[4], &p.Message), ReadPayload(blobs[5], &p.Payload),
	}
}

// Seal makes a blob of any bytes, with the checksum that it must have.
func Seal(b []byte) []byte {
	p := newPacker(len(b))
	p.b = append(p.b, b...)
	return p.sealed()
}

// BundleOf packs records of a run.
func BundleOf(run int64, records []store.Record) []byte {
	all := make([]Part, len(records))
	for i := range records {
		all[i] = Part{Run: run, N: records[i].N, Data: Record(&records[i])}
	}
	return Bundle(all)
}

// Unbundle reads them, and tells whether all of them are well.
func Unbundle(run int64, b []byte) (records []store.Record, ok bool) {
	all, ok := ReadBundle(b)
	for _, p := range all {
		r := store.Record{N: p.N}
		ok = ReadRecord(p.Data, &r) && p.Run == run && ok
		records = append(records, r)
	}
	return records, ok
}
