// Package postgres keeps runs in a PostgreSQL database, for any number of processes.
//
//	st, err := postgres.Open(ctx, "postgres://baton@db.example/shop")
//	defer st.Close()
//
// # What is promised
//
// What a method did when it returned nil survives the end of the process, and that of the server, of its operating
// system and of its power supply, as far as its disk keeps what it says that it has kept: a server whose settings
// promise less is refused, unless [Config] says otherwise. A method that returned an error of its own did everything
// or nothing. A step of a run that is alone is one statement, one round trip and one commit; those of many runs are
// one statement, too.
//
// # Many processes
//
// Leases end by the clock of the server, so the clocks of the processes do not matter for them. Every statement that
// writes under a lease asks whether it is still the run's, and locks the row: a process that was paused for an hour
// writes nothing. Processes that claim at the same time pass over each other's runs. They hear of what others do by
// LISTEN and NOTIFY, and look now and then in any case. See [Config] for proxies that let neither through.
//
// # Tables of your own
//
// The store's tables are in a schema of their own, "baton" unless [Config] says otherwise; its view overview shows
// runs as people read them. [Transact] makes what a handler writes to the user's tables and the record of its step one
// transaction, so that it happens exactly once, and [Store.Within] makes runs that are created and messages that are
// sent part of a transaction.
//
// # Rights
//
// To make the tables the user needs the right to create a schema, or an empty schema of the user's own; after that, to
// read and write them, with USAGE on the schema. [Check] has Open change nothing.
//
// It imports durable/store, the core, and jackc/pgx.
package postgres
