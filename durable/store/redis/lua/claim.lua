-- Leases runs that are due. ARGV: the channel, who this is, the owner, for how long, how many at most, how many leases
-- that have run out to take care of at once, how many records and messages are enough, and the flows. It returns the
-- time; when the next run is due, or ''; whether it is to be called again, since there was too much to do; what was
-- told; and of each run that was leased its ID, what it is, its log and its inbox.
local channel, self, owner = take(), take(), take()
local lease, left, most, enough = tonumber(take()), tonumber(take()), tonumber(take()), tonumber(take())
local t = now()

-- Leases that have run out.
local owners = {}
for i = at + 1, #ARGV do
  local flow = ARGV[i]
  owners[flow] = call('SMEMBERS', P .. 'owners:' .. flow)
  for _, o in ipairs(owners[flow]) do
    local late = call('ZRANGEBYSCORE', leases(flow, o), '-inf', num(t), 'LIMIT', 0, most)
    for _, id in ipairs(late) do
      local r = get(id)
      call('ZREM', leases(flow, o), id)
      if r then park(r) end
    end
    if #late > 0 and call('EXISTS', leases(flow, o)) == 0 then call('SREM', P .. 'owners:' .. flow, o) end
    most = most - #late
    if most <= 0 then return {num(t), '', 1, '', {}} end
  end
end

local lanes = {}
for i = at + 1, #ARGV do
  local flow = ARGV[i]
  for _, name in ipairs(call('ZRANGE', P .. 'lanes:' .. flow, 0, -1)) do
    local priority = string.sub(name, 1, 20)
    lanes[#lanes + 1] = {flow = flow, name = name, priority = priority, key = lane(flow, string.sub(name, 21), priority)}
  end
end
table.sort(lanes, function(a, b) return a.priority < b.priority end)

local due
local function see(scored)
  local at = tonumber(scored[2])
  if at and (not due or at < due) then due = at end
end

local taken, again = {}, 0
local function lend(r)
  local id = r.id
  unpark(r)
  if r.owner ~= '' then call('ZREM', P .. 'held:' .. r.owner, id) end
  tally(r, -1)
  restatus(r, RUNNING)
  r.owner, r.due, r.epoch, r.revision = owner, num(t + lease), raise(r.epoch), raise(r.revision)
  if r.started == '' then r.started = num(t) end
  tally(r, 1)
  call('HSET', P .. 'run:' .. id, 'status', r.status, 'owner', r.owner, 'due', r.due, 'epoch', r.epoch,
    'revision', r.revision, 'started', r.started)
  call('ZADD', P .. 'held:' .. owner, 0, id)
  enqueue(r)
  tell(r)
  local log, inbox = call('HGETALL', P .. 'log:' .. id), call('ZRANGE', P .. 'inbox:' .. id, 0, -1)
  taken[#taken + 1] = {id, call('HGETALL', P .. 'run:' .. id), log, inbox}
  enough = enough - #log / 2 - #inbox
  if enough <= 0 and left > 0 then left, again = 0, 1 end
end

-- Lanes of one priority at a time.
local i = 1
while i <= #lanes do
  local priority, group, ready = lanes[i].priority, 0, {}
  while lanes[i] and lanes[i].priority == priority do
    local key = lanes[i].key
    local head = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if not head[2] then -- somebody has removed it
      call('ZREM', P .. 'lanes:' .. lanes[i].flow, lanes[i].name)
    elseif tonumber(head[2]) > t then
      see(head)
    elseif left == 0 then
      due = t
    else
      local found = call('ZRANGEBYSCORE', key, '-inf', num(t), 'WITHSCORES', 'LIMIT', 0, left + 1)
      for k = 1, #found, 2 do
        ready[#ready + 1] = {id = found[k], due = tonumber(found[k + 1]), n = #ready, key = key}
      end
      see(call('ZRANGEBYSCORE', key, '(' .. num(t), '+inf', 'WITHSCORES', 'LIMIT', 0, 1))
      group = group + 1
    end
    i = i + 1
  end
  if group > 1 then
    table.sort(ready, function(a, b)
      if a.due ~= b.due then return a.due < b.due end
      return a.n < b.n
    end)
  end
  for _, one in ipairs(ready) do
    local r = get(one.id)
    if not r or FINAL[r.status] or lane(r.flow, r.queue, r.priority) ~= one.key then -- somebody has changed it by hand
      call('ZREM', one.key, one.id)
    elseif left == 0 then
      due = t
      break
    else
      left = left - 1
      lend(r)
    end
  end
end

for flow, all in pairs(owners) do
  for _, o in ipairs(all) do
    if o ~= owner then see(call('ZRANGE', leases(flow, o), 0, 0, 'WITHSCORES')) end
  end
end
return {num(t), due and num(due) or '', again, publish(channel, self), taken}
