package storetest

import (
	"time"

	"github.com/baton-go/baton/durable/store"
)

// fullRun makes a run of which nothing is zero, but for the lease.
func (k *kit) fullRun(name string) store.Run {
	return store.Run{
		ID: k.id(name), Flow: k.flow(), Version: "v1.2", Input: payload("input"), Seed: []byte("0123456789abcdef"),
		Parent: k.id("parent of " + name), OnParentClose: store.Abandon, Queue: "queue", Key: "key", Priority: -7,
		Labels: map[string]string{"colour": "blue", "empty": ""}, Created: k.moment(1), Deadline: k.moment(2),
		Retention: -time.Second, State: k.fullState(store.Pending), Published: []byte("published"),
	}
}

// fullState makes a state of which nothing is zero. It is due.
func (k *kit) fullState(s store.Status) store.State {
	return store.State{
		Status: s, Due: k.moment(3), Started: k.moment(4), Finished: k.moment(5), Expires: k.moment(6),
		Result: payload("result"), Failure: payload("failure"), Reason: "reason", Cancelled: k.moment(7),
		Generation: 8, Settled: 9, Trials: 10,
	}
}

// fullRecord makes a record of which nothing is zero.
func (k *kit) fullRecord(n, epoch int64) store.Record {
	return store.Record{
		N: n, Epoch: epoch, Kind: store.Change, Path: "3.1.0", Name: "charge", Digest: []byte("digest"),
		Action: payload("action"), Result: payload("result"), Failure: payload("failure"), Number: 10,
		Started: k.moment(11), Finished: k.moment(12),
	}
}

// fullMessage makes a message of which nothing is zero but the Seq.
func (k *kit) fullMessage(id string) store.Message {
	return store.Message{Run: id, Name: "name", Key: "key", Payload: payload("payload"), Sent: k.moment(13)}
}

func payload(data string) store.Payload {
	return store.Payload{Codec: "codec of " + data, Data: []byte(data)}
}

// moment makes different times in the past, with a number of microseconds.
func (k *kit) moment(n int) time.Time {
	return k.past.Add(time.Duration(n)*time.Second + time.Duration(n)*time.Microsecond)
}

// step makes a small record.
func step(n, epoch int64) store.Record {
	return store.Record{N: n, Epoch: epoch, Kind: store.Step, Path: "1", Name: "step"}
}

func steps(epoch int64, ns ...int64) []store.Record {
	records := make([]store.Record, len(ns))
	for i, n := range ns {
		records[i] = step(n, epoch)
	}
	return records
}
