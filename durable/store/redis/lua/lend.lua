-- Leases a run until some time. It returns its ID, what it is, its log and its inbox, false for what cannot be read; and
-- how many records and messages it has.
local function lend(r, owner, til)
  unpark(r)
  if r.owner ~= '' then free(r) end
  tally(r, -1)
  restatus(r, RUNNING)
  r.owner, r.due, r.epoch, r.revision = owner, num(til), raise(r.epoch), raise(r.revision)
  if r.started == '' then r.started = num(now()) end
  tally(r, 1)
  call('HSET', P .. 'run:' .. r.id, 'status', r.status, 'owner', r.owner, 'due', r.due, 'epoch', r.epoch,
    'revision', r.revision, 'started', r.started)
  call('ZADD', P .. 'held:' .. owner, 0, r.id)
  hold(r)
  tell(r)
  local log, inbox = read('HGETALL', P .. 'log:' .. r.id), read('ZRANGE', P .. 'inbox:' .. r.id, 0, -1)
  return {r.id, call('HGETALL', P .. 'run:' .. r.id), log, inbox}, #(log or {}) / 2 + #(inbox or {})
end

