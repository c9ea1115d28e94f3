-- Leases runs that are due. ARGV: the channel, who this is, the owner, for how long, how many at most, how many leases
-- that have run out to take care of at once, how many records and messages are enough, the flows, and the shares, if
-- only some queues are meant. It returns the time; when the next run is due, or ''; whether it is to be called again,
-- since there was too much to do; what was told; and of each run that was leased its ID, what it is, its log and its
-- inbox, false for what cannot be read; and of each that was set aside since it is damaged its ID, what it is, and what
-- cannot be read of it.
local channel, self, owner = take(), take(), take()
local lease, left, most, enough = tonumber(take()), tonumber(take()), tonumber(take()), tonumber(take())
local flows = takeAll(take)
local t = now()

-- The lines are the shares of queues, or one for all. Each is a heap of streams: a stream is runs of one priority, by
-- their due time.
local byQueue
local lines = takeAll(function()
  local line = takeFields({}, 'queue', 'max', 'total', 'perkey', 'after')
  for _, name in ipairs({'max', 'total', 'perkey'}) do line[name] = tonumber(line[name]) end
  byQueue = byQueue or {}
  byQueue[line.queue] = line
  return line
end)
if not byQueue then lines = {{max = 0, total = 0, perkey = 0}} end
for _, line in ipairs(lines) do
  line.taken, line.keys, line.heap = 0, {}, {}
  if line.total > 0 then line.leased = call('ZCOUNT', leased(line.queue), '(' .. num(t), '+inf') end
end

local function lineOf(queue)
  if byQueue then return byQueue[queue] end
  return lines[1]
end

-- Runs that are damaged: no claim may fail because of one.
local aside = {}
local function put(r)
  setAside(r)
  aside[#aside + 1] = {r.id, read('HGETALL', P .. 'run:' .. r.id), r.damage}
end

-- Leases that have run out.
local held = {}
for _, flow in ipairs(flows) do
  for _, holder in ipairs(call('SMEMBERS', P .. 'owners:' .. flow)) do
    local size, from = string.match(holder, '^(%d+):()')
    if lineOf(string.sub(holder, from, from + size - 1)) then
      local l = leases(flow, holder)
      local late = call('ZRANGEBYSCORE', l, '-inf', num(t), 'LIMIT', 0, most)
      for _, id in ipairs(late) do
        local r = get(id)
        call('ZREM', l, id)
        if r and r.damage then
          put(r)
        elseif r then
          settle(r)
        end
      end
      if #late > 0 and call('EXISTS', l) == 0 then call('SREM', P .. 'owners:' .. flow, holder) end
      most = most - #late
      if most <= 0 then return {num(t), '', 1, publish(channel, self), {}, aside} end
      if string.sub(holder, from + size) ~= owner then held[#held + 1] = l end
    end
  end
end

-- When the next run is due, of those that are seen.
local due
local function see(scored)
  local at = tonumber(scored[2])
  if at and (not due or at < due) then due = at end
end
for _, l in ipairs(held) do see(call('ZRANGE', l, 0, 0, 'WITHSCORES')) end

-- Whether a string comes before another one, by their bytes: the server may compare them in some language.
local function smaller(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- Whether a stream comes before another one of its line.
local function before(a, b)
  if a.priority ~= b.priority then return a.priority < b.priority end
  if a.leased ~= b.leased then return a.leased < b.leased end
  if a.key ~= b.key then
    if a.behind ~= b.behind then return a.behind end
    return smaller(a.key, b.key)
  end
  if a.due ~= b.due then return a.due < b.due end
  return a.n < b.n
end

local function swap(heap, i, j) heap[i], heap[j] = heap[j], heap[i] end

local function push(heap, s)
  heap[#heap + 1] = s
  local i = #heap
  while i > 1 do
    local parent = math.floor(i / 2)
    if not before(heap[i], heap[parent]) then return end
    swap(heap, i, parent)
    i = parent
  end
end

-- Puts the first stream where it belongs, which is not further in front.
local function sink(heap)
  local i = 1
  while true do
    local least = i
    for child = 2 * i, math.min(2 * i + 1, #heap) do
      if before(heap[child], heap[least]) then least = child end
    end
    if least == i then return end
    swap(heap, i, least)
    i = least
  end
end

local function pop(heap)
  heap[1] = heap[#heap]
  heap[#heap] = nil
  sink(heap)
end

-- Goes on to the next run of a stream. Those before are in its set no more.
local function advance(s)
  if s.at > #s.runs then
    s.runs = call('ZRANGEBYSCORE', s.source, '-inf', num(t), 'WITHSCORES', 'LIMIT', 0, s.some)
    s.at = 1
  end
  s.id, s.due = s.runs[s.at], tonumber(s.runs[s.at + 1] or math.huge)
  s.at = s.at + 2
end

-- How many runs of a key are leased.
local function count(line, key)
  if not line.keys[key] then
    line.keys[key] = call('ZCOUNT', leasedOf(line.queue, key), '(' .. num(t), '+inf')
  end
  return line.keys[key]
end

local streams = 0
local function add(line, l, priority, source, key, some)
  streams = streams + 1
  local s = {lane = l, priority = priority, source = source, key = key, some = some, n = streams, runs = {}, at = 1}
  s.leased = key and count(line, key) or 0
  s.behind = key ~= nil and smaller(line.after, key)
  advance(s)
  push(line.heap, s)
end

for _, flow in ipairs(flows) do
  for _, name in ipairs(call('ZRANGE', P .. 'lanes:' .. flow, 0, -1)) do
    local priority, queue = string.sub(name, 1, 20), string.sub(name, 21)
    local line = lineOf(queue)
    if line then
      local l = laneOf(flow, queue, priority)
      local first = call('ZRANGE', l, 0, 0, 'WITHSCORES')
      if not first[2] then -- somebody has removed it
        call('ZREM', P .. 'lanes:' .. flow, name)
      elseif tonumber(first[2]) > t then
        see(first)
      else
        see(call('ZRANGEBYSCORE', l, '(' .. num(t), '+inf', 'WITHSCORES', 'LIMIT', 0, 1))
        if line.perkey == 0 then
          add(line, l, priority, l, nil, left + 1)
        elseif queue == '' then
          add(line, l, priority, l, '', left + 1)
        else
          for _, key in ipairs(call('ZRANGEBYSCORE', keysOf(l), '-inf', num(t))) do
            if count(line, key) < line.perkey then add(line, l, priority, keyed(l, key), key, 5) end
          end
        end
      end
    end
  end
end

-- The stream of which the first run comes next, if the limits allow one. What has changed since a stream was put into
-- the heap has made it later, never earlier: so the first one that is as it was is the first of all.
local function first(line)
  if line.total > 0 and line.leased >= line.total then return nil end
  while line.heap[1] do
    local s = line.heap[1]
    local n = s.key and s.id and count(line, s.key) or 0
    if not s.id or s.key and n >= line.perkey then
      pop(line.heap)
    elseif s.leased ~= n then
      s.leased = n
      sink(line.heap)
    else
      return s
    end
  end
end

local taken, again = {}, 0

-- Tells whether a run is to be claimed by the set in which it was found.
local function belongs(r, s)
  return not r.damage and not FINAL[r.status] and lane(r) == s.lane and (not s.key or r.queue == '' or r.key == s.key) and
    r.due ~= '' and tonumber(r.due) <= t
end

while left > 0 do
  local s, from
  for _, line in ipairs(lines) do
    local one = (line.max == 0 or line.taken < line.max) and first(line)
    if one and (not s or one.priority < s.priority or one.priority == s.priority and one.due < s.due) then
      s, from = one, line
    end
  end
  if not s then break end
  local r = get(s.id)
  if r and belongs(r, s) then
    left = left - 1
    from.taken = from.taken + 1
    if from.total > 0 then from.leased = from.leased + 1 end
    if s.key then from.keys[s.key] = from.keys[s.key] + 1 end
    local history, size = lend(r, owner, t + lease)
    taken[#taken + 1] = history
    enough = enough - size
  else -- somebody has changed it by hand
    call('ZREM', s.lane, s.id)
    call('ZREM', s.source, s.id)
    if s.source ~= s.lane then lead(s.lane, s.key) end
    if r and r.damage then
      put(r)
    elseif r then
      settle(r)
    end
    enough = enough - 10 -- as much as records
  end
  if enough <= 0 and left > 0 then left, again = 0, 1 end
  advance(s)
  sink(from.heap)
end

for _, line in ipairs(lines) do
  if first(line) then due = t end
end
return {num(t), due and num(due) or '', again, publish(channel, self), taken, aside}
