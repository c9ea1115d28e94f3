// Package redis keeps runs in a Redis server, or in Valkey, for any number of processes.
//
//	st, err := redis.Open(ctx, "redis://redis.example:6379/0")
//	defer st.Close()
//
// # What is promised
//
// With appendonly yes, appendfsync always and no eviction, which [Open] asks the server for, what a method did when it
// returned nil survives the end of the process, and that of the server, of its operating system and of its power
// supply, as far as its disk keeps what it says that it has kept. Any other server is refused, or one that does not
// tell, unless [Config] allows for a loss: with appendfsync everysec a crash takes back the last second or two, without
// an append-only file all since the last snapshot. Steps are then carried out again whose effects have happened.
//
// A replica that takes the server's place may lack what the server had acknowledged, for Redis waits for no replica.
// Then runs go back in time and, worse, an epoch may be given twice: a process that still has the older lease writes
// into the run of another one. Where replicas are promoted without asking, as in a cluster, AllowLoss is needed. Where
// people promote them, let them stop the processes first. PostgreSQL has neither trouble.
//
// A method that returned an error of its own did everything or nothing. Nothing is written twice behind the caller's
// back, whatever the client's settings say of retries. A step of a run that is alone is one script, one round trip and
// one fsync; those of many runs are one script, too. There is no Transact: what a handler writes to Redis is not part
// of the record of its step.
//
// # Many processes
//
// All changes are made by scripts, each of which is atomic. Leases end by the clock of the server, so the clocks of the
// processes do not matter for them; a script that writes under a lease asks whether it is still the run's. Processes
// hear of what others do by a channel, and look now and then in any case.
//
// # Keys
//
// All keys of a store begin with {baton}: or whatever [Config] says instead of baton. The braces have a cluster keep
// them in one slot, and so on one node: a store does not become faster there. No key expires by itself. All runs are in
// the server's memory, with their records, until they are deleted.
//
// A user who may do less than everything needs the keys ~{baton}:*, the channels &{baton}:* and the commands +@read
// +@write +@scripting +@pubsub +@connection +@transaction +time +info, and +config|get so that Open can ask.
//
// It needs Redis 6 or later. It imports durable/store, durable/store/whole, and redis/go-redis.
package redis
