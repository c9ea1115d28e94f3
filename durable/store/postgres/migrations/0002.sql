-- Schema 2: a run has a key within its queue, by which those who share the queue take turns. A queue without a name is
-- '', which was NULL before, so that an index can go along the queues. That of the leases has the queue as well.

ALTER TABLE baton.runs ADD COLUMN key bytea NOT NULL DEFAULT '';
UPDATE baton.runs SET queue = '' WHERE queue IS NULL;
ALTER TABLE baton.runs ALTER COLUMN queue SET DEFAULT '', ALTER COLUMN queue SET NOT NULL;

DROP INDEX baton.runs_due;
DROP INDEX baton.runs_leases;
CREATE INDEX runs_due ON baton.runs (queue, flow, priority DESC, due)
	WHERE owner IS NULL AND due IS NOT NULL AND status NOT BETWEEN 4 AND 6;
CREATE INDEX runs_turns ON baton.runs (queue, flow, priority DESC, key, due)
	WHERE owner IS NULL AND due IS NOT NULL AND status NOT BETWEEN 4 AND 6 AND queue <> '';
CREATE INDEX runs_leases ON baton.runs (owner, queue, flow, due) WHERE owner IS NOT NULL;

CREATE OR REPLACE VIEW baton.overview AS
	SELECT encode(run, 'escape') AS run, encode(flow, 'escape') AS flow,
		(ARRAY['pending', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'blocked', 'paused'])[status] AS status,
		priority, encode(parent, 'escape') AS parent, created, due, started, finished, expires,
		encode(owner, 'escape') AS owner, epoch, revision, encode(queue, 'escape') AS queue, encode(key, 'escape') AS key
	FROM baton.runs;
