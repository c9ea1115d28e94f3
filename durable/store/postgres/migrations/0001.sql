-- Schema 1. The name of the schema stands for whichever was chosen. Names are bytes, since they may hold anything, and
-- are compared as bytes. NULL is no time, no parent, no queue, no owner. Columns named state, facts, published or data
-- are packed as internal/packed says, with a checksum at their end.

CREATE TABLE baton.baton_schema (
	version integer NOT NULL,
	store   uuid    NOT NULL -- by which a transaction is known to be one of this database
);
INSERT INTO baton.baton_schema (version, store) VALUES (0, gen_random_uuid());

CREATE TABLE baton.runs (
	id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run       bytea       NOT NULL UNIQUE,
	flow      bytea       NOT NULL,
	priority  bigint      NOT NULL,
	parent    bytea,
	queue     bytea,
	created   timestamptz NOT NULL,
	status    smallint    NOT NULL,
	due       timestamptz, -- with an owner: the end of the lease
	started   timestamptz,
	finished  timestamptz,
	expires   timestamptz,
	owner     bytea,
	epoch     bigint      NOT NULL DEFAULT 0,
	revision  bigint      NOT NULL DEFAULT 0,
	seq       bigint      NOT NULL DEFAULT 0, -- of the last message that was sent
	state     bytea,
	facts     bytea       NOT NULL,
	published bytea
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX runs_due ON baton.runs (flow, priority DESC, due)
	WHERE owner IS NULL AND due IS NOT NULL AND status NOT BETWEEN 4 AND 6;
CREATE INDEX runs_leases ON baton.runs (owner, flow, due) WHERE owner IS NOT NULL;
CREATE INDEX runs_status ON baton.runs (status, created, run);
CREATE INDEX runs_parent ON baton.runs (parent) WHERE parent IS NOT NULL;
CREATE INDEX runs_expires ON baton.runs (expires) WHERE expires IS NOT NULL;

-- A label is its name and its value in one; long ones are cut, and end in a digest.
CREATE TABLE baton.labels (
	label bytea  NOT NULL,
	run   bigint NOT NULL,
	PRIMARY KEY (label, run)
);
CREATE INDEX labels_run ON baton.labels (run);

CREATE TABLE baton.records (
	run  bigint NOT NULL,
	n    bigint NOT NULL,
	data bytea  NOT NULL,
	PRIMARY KEY (run, n)
);

CREATE TABLE baton.messages (
	run  bigint NOT NULL,
	seq  bigint NOT NULL,
	data bytea  NOT NULL,
	PRIMARY KEY (run, seq)
);

-- The keys of all messages that a run was ever sent; long ones are cut, and end in a digest.
CREATE TABLE baton.keys (
	run bigint NOT NULL,
	key bytea  NOT NULL,
	PRIMARY KEY (run, key)
);

-- For people: what is under way, with names as text.
CREATE VIEW baton.overview AS
	SELECT encode(run, 'escape') AS run, encode(flow, 'escape') AS flow,
		(ARRAY['pending', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'blocked', 'paused'])[status] AS status,
		priority, encode(parent, 'escape') AS parent, created, due, started, finished, expires,
		encode(owner, 'escape') AS owner, epoch, revision
	FROM baton.runs;
