-- Makes writes, and sends messages. ARGV: the channel, who this is, how many writes there are and what they are, how
-- many messages there are and what they are. It returns of each 0, why it was refused,
-- or of which run something cannot be read, and what; and what was told.
local channel, self = take(), take()

-- Says for which damage a run takes no message, or nil.
local function deaf(r, m)
  if r.damage then return r.id .. ': ' .. r.damage end
  if not read('ZCARD', P .. 'inbox:' .. r.id) then return r.id .. ': its messages' end
  if m.key ~= '' and not read('SCARD', P .. 'keys:' .. r.id) then return r.id .. ': its keys' end
end

-- Puts a message into an inbox.
local function deliver(m)
  local r = get(m.run)
  if not r then return 1 end
  if FINAL[r.status] then return 2 end
  local damage = deaf(r, m)
  if damage then return damage end
  if m.key ~= '' and call('SADD', P .. 'keys:' .. m.run, m.key) == 0 then return 0 end
  r.sent = raise(r.sent == '' and 0 or r.sent)
  r.newest = r.sent
  call('ZADD', P .. 'inbox:' .. m.run, r.sent, r.sent .. ':' .. m.data)
  if r.status == WAITING and r.owner == '' and (r.due == '' or tonumber(r.due) > now()) then
    dequeue(r)
    r.due = num(now())
    enqueue(r)
  end
  call('HSET', P .. 'run:' .. m.run, 'sent', r.sent, 'newest', r.newest, 'due', r.due)
  tell(r, 'sent')
  return 0
end

local function takeMessage() return takeFields({}, 'run', 'key', 'data') end

local function takeWrite()
  local w = takeFields({}, 'run', 'epoch', 'revision', 'seen')
  w.seen = tonumber(w.seen)
  w.records = takeAll(function() return takeFields({}, 'n', 'data') end)
  w.consumed = takeAll(take)
  takeFields(w, 'published', 'kind')
  if w.kind ~= '' then takeFields(w, 'status', 'due', 'started', 'finished', 'expires', 'state', 'input') end
  w.messages = takeAll(takeMessage)
  return w
end

local function refused(r, w)
  if not r then return 1 end
  if r.damage then return r.id .. ': ' .. r.damage end
  if FINAL[r.status] then return 2 end
  if w.epoch == '0' and w.kind == '' then return 3 end
  if w.epoch ~= '0' and (r.owner == '' or r.epoch ~= w.epoch) then return 3 end
  if w.kind ~= '' and r.revision ~= w.revision then return 4 end
  if #w.records > 0 and not read('HLEN', P .. 'log:' .. r.id) then return r.id .. ': its records' end
  if #w.consumed > 0 and not read('ZCARD', P .. 'inbox:' .. r.id) then return r.id .. ': its messages' end
  for _, m in ipairs(w.messages) do -- none may be lost
    local to = get(m.run)
    local damage = to and not FINAL[to.status] and deaf(to, m)
    if damage then return damage end
  end
  return 0
end

local function consume(r, seqs)
  local inbox = P .. 'inbox:' .. r.id
  for _, seq in ipairs(seqs) do
    if call('ZREMRANGEBYSCORE', inbox, seq, seq) == 1 and seq == r.newest then
      local last = call('ZREVRANGE', inbox, 0, 0, 'WITHSCORES')
      r.newest = last[2] and num(last[2]) or ''
    end
  end
  call('HSET', P .. 'run:' .. r.id, 'newest', r.newest)
end

local function replace(r, w)
  dequeue(r)
  tally(r, -1)
  local due, what = w.due, nil
  if w.kind == 'release' or FINAL[w.status] then
    if r.owner ~= '' then
      free(r)
      what = 'freed'
    end
    if w.epoch == '0' then r.epoch = raise(r.epoch) end
    local unseen = r.newest ~= '' and tonumber(r.newest) > w.seen
    if w.status == WAITING and unseen and (due == '' or tonumber(due) > now()) then due = num(now()) end
  elseif r.owner ~= '' then
    due = r.due
  end
  restatus(r, w.status)
  expire(r, w.expires)
  r.due, r.started, r.finished, r.revision = due, w.started, w.finished, raise(r.revision)
  tally(r, 1)
  enqueue(r)
  call('HSET', P .. 'run:' .. r.id, 'status', r.status, 'due', r.due, 'started', r.started, 'finished', r.finished,
    'expires', r.expires, 'owner', r.owner, 'epoch', r.epoch, 'revision', r.revision, 'state', w.state)
  tell(r, what)
end

local function write(w)
  local r = get(w.run)
  local why = refused(r, w)
  if why ~= 0 then return why end
  local run, log = P .. 'run:' .. w.run, P .. 'log:' .. w.run
  if w.kind ~= '' and w.input ~= '' then
    call('UNLINK', log)
    call('HSET', run, 'input', w.input)
  end
  for _, record in ipairs(w.records) do call('HSETNX', log, record.n, record.data) end
  if #w.consumed > 0 then consume(r, w.consumed) end
  if w.published ~= '' then call('HSET', run, 'published', w.published) end
  if w.kind ~= '' then replace(r, w) end
  for _, m in ipairs(w.messages) do deliver(m) end
  return 0
end

local why = {}
for _, w in ipairs(takeAll(takeWrite)) do why[#why + 1] = write(w) end
for _, m in ipairs(takeAll(takeMessage)) do why[#why + 1] = deliver(m) end
return {why, publish(channel, self)}
