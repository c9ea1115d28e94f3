-- Schema 2: a run has a key within its queue, by which those who share the queue take turns. A queue without a name is
-- '', which was NULL before, so that an index can go along the queues.

ALTER TABLE baton_runs ADD COLUMN key TEXT NOT NULL DEFAULT '';
UPDATE baton_runs SET queue = '' WHERE queue IS NULL;

DROP INDEX baton_due;
CREATE INDEX baton_due ON baton_runs (queue, flow, priority, due) WHERE due IS NOT NULL AND status NOT BETWEEN 4 AND 6;
CREATE INDEX baton_turns ON baton_runs (queue, flow, priority, key, due)
	WHERE due IS NOT NULL AND status NOT BETWEEN 4 AND 6 AND queue <> '';
