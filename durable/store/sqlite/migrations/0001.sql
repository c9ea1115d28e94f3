-- Schema 1. Times are microseconds since 1970; NULL is no time. A blob named facts, state or data is packed as
-- internal/packed says, with a checksum at its end.

CREATE TABLE baton_schema (version INTEGER NOT NULL) STRICT;
INSERT INTO baton_schema (version) VALUES (0);

-- What is asked for by claims and lists, and what writes depend on. The owner is empty without a lease; due is NULL
-- with one: when a lease ends is known in memory only, since it ends with the process in any case.
CREATE TABLE baton_runs (
	id       INTEGER PRIMARY KEY,
	run      TEXT    NOT NULL UNIQUE,
	flow     TEXT    NOT NULL,
	priority INTEGER NOT NULL,
	parent   TEXT,    -- NULL is none, as for the queue
	queue    TEXT,
	created  INTEGER NOT NULL,
	status   INTEGER NOT NULL,
	due      INTEGER,
	started  INTEGER,
	finished INTEGER,
	expires  INTEGER,
	owner    TEXT    NOT NULL,
	epoch    INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	seq      INTEGER NOT NULL, -- of the last message that was sent
	-- Up to this row the tail has nothing of the run that counts. Less than 0: the row with the opposite number is among
	-- the damaged ones, and may have held records of it.
	settled  INTEGER NOT NULL,
	state    BLOB
) STRICT;

CREATE INDEX baton_due ON baton_runs (flow, priority, due) WHERE due IS NOT NULL AND status NOT BETWEEN 4 AND 6;
CREATE INDEX baton_status ON baton_runs (status, created);
CREATE INDEX baton_leases ON baton_runs (owner) WHERE owner <> '';
CREATE INDEX baton_parent ON baton_runs (parent) WHERE parent IS NOT NULL;
CREATE INDEX baton_expires ON baton_runs (expires) WHERE expires IS NOT NULL;

-- What hardly changes, so that it is not written again with every claim.
CREATE TABLE baton_facts (
	run   INTEGER PRIMARY KEY,
	facts BLOB    NOT NULL
) STRICT;

CREATE TABLE baton_published (
	run  INTEGER PRIMARY KEY,
	data BLOB    NOT NULL
) STRICT;

CREATE TABLE baton_labels (
	name  TEXT    NOT NULL,
	value TEXT    NOT NULL,
	run   INTEGER NOT NULL,
	PRIMARY KEY (name, value, run)
) STRICT, WITHOUT ROWID;

-- Records are appended here, of all runs in one row for each transaction. Those that count are of runs with a lease,
-- in rows after the one up to which the run is settled. The newest row is never removed, so that numbers only grow.
CREATE TABLE baton_tail (
	id   INTEGER PRIMARY KEY,
	data BLOB    NOT NULL
) STRICT;

-- Rows of the tail of which it cannot be read what they held.
CREATE TABLE baton_damaged (
	id   INTEGER PRIMARY KEY,
	data BLOB    NOT NULL
) STRICT;

-- The records of a run that are settled lie side by side, many in one row, so that a replay reads few pages. The place
-- is the id of the run, and the number of the last of the records in the last 24 bits; records with other numbers stray.
CREATE TABLE baton_records (
	place INTEGER PRIMARY KEY,
	data  BLOB    NOT NULL
) STRICT;

CREATE TABLE baton_strays (
	run  INTEGER NOT NULL,
	n    INTEGER NOT NULL,
	data BLOB    NOT NULL,
	PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE baton_messages (
	run  INTEGER NOT NULL,
	seq  INTEGER NOT NULL,
	data BLOB    NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

-- The keys of all messages that a run was ever sent.
CREATE TABLE baton_keys (
	run INTEGER NOT NULL,
	key TEXT    NOT NULL,
	PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
