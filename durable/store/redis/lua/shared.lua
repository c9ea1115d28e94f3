-- What the scripts share: each begins with this. KEYS[1] is the key of the store itself, and all others begin like it.

local P = string.sub(KEYS[1], 1, -6)
local call = redis.call
local WAITING, RUNNING, BLOCKED = '3', '2', '7'
local FINAL = {['4'] = true, ['5'] = true, ['6'] = true}

-- A number as it is kept. Lua's own form has 14 digits only.
local function num(n) return string.format('%.0f', n) end

-- A string that may stand in front of another one, whatever is in it.
local function sized(s) return #s .. ':' .. s end

-- The clock of the server, in microseconds. It stands still while a script runs.
local moment
local function now()
  if not moment then
    local t = call('TIME')
    moment = t[1] * 1000000 + t[2]
  end
  return moment
end

-- Runs, as far as scripts look at them. What is '' is not there: no time, no owner, no message.
local FIELDS = {
  'flow', 'queue', 'key', 'priority', 'created', 'status', 'due', 'started', 'finished', 'expires', 'owner', 'epoch',
  'revision', 'sent', 'newest',
}
local known = {}

-- How many digits a number may have, and the greatest of so many, if that is less. Times may be negative, and those of
-- NEEDED must be there. Somebody may have changed them by hand: arithmetic with anything else would end the script.
local NUMBERS = {
  priority = {20, '18446744073709551615'}, created = {20, '18446744073709551615'}, status = {3, '255'},
  due = {19, '9223372036854775807'}, started = {19, '9223372036854775807'}, finished = {19, '9223372036854775807'},
  expires = {19, '9223372036854775807'}, epoch = {15}, revision = {15}, sent = {15}, newest = {15},
}
local TIMES = {due = true, started = true, finished = true, expires = true}
local NEEDED = {priority = true, created = true, status = true, epoch = true, revision = true}

-- Tells whether a number of a run is one.
local function sound(r, name)
  local value = r[name]
  if value == '' then return not NEEDED[name] end
  local figures = string.match(value, TIMES[name] and '^%-?(%d+)$' or '^(%d+)$')
  local size, greatest = NUMBERS[name][1], NUMBERS[name][2]
  if not figures or #figures > size then return false end
  if size == 20 and #figures < size then return false end
  return not greatest or #figures < size or figures <= greatest
end

-- Reads a run, false if there is none. Its damage is what cannot be read of it, if anything cannot: nothing must be
-- done with it then, but by setAside.
local function get(id)
  local r = known[id]
  if r == nil then
    r = false
    local run = P .. 'run:' .. id
    local values = read('HMGET', run, unpack(FIELDS))
    if not values then
      r = {id = id, damage = 'its key'}
    elseif values[1] or call('EXISTS', run) == 1 then
      r = {id = id}
      for i, name in ipairs(FIELDS) do
        r[name] = values[i] or ''
        if NUMBERS[name] and not r.damage and not sound(r, name) then r.damage = 'its field ' .. name end
      end
      if not values[1] then r.damage = 'its field flow' end
    end
    known[id] = r
  end
  return r
end

local function raise(n) return num(n + 1) end

-- Where a run stands in the order of all.
local function place(r) return r.created .. r.id end

-- A run that is to be claimed is in one of two kinds of sets, by its due time: in a lane, which is that of the runs of
-- one flow, queue and priority; or, with an owner, among the leases that the owner has of the flow and the queue. A
-- claim moves those whose lease has run out into their lane. In a queue that has a name, the runs of a lane that have
-- the same key are in a set of their own as well, and the keys in one by the due time of their first run.

local function laneOf(flow, queue, priority) return P .. 'due:' .. sized(flow) .. sized(queue) .. priority end
local function lane(r) return laneOf(r.flow, r.queue, r.priority) end
local function keyed(l, key) return l .. ':' .. key end
local function keysOf(l) return l .. '/keys' end

-- Who holds a run, and where. The leases of a queue, and of each key in it, are counted in sets of their own, by the end
-- of the lease: those that have run out do not count.
local function holder(r) return sized(r.queue) .. r.owner end
local function leases(flow, holder) return P .. 'leases:' .. sized(flow) .. holder end
local function leased(queue) return P .. 'leased:' .. queue end
local function leasedOf(queue, key)
  if queue == '' then return leased(queue) end -- there is one key only
  return P .. 'leasedof:' .. sized(queue) .. key
end

-- Notes when the first run of a key is due.
local function lead(l, key)
  local first = call('ZRANGE', keyed(l, key), 0, 0, 'WITHSCORES')
  if first[2] then
    call('ZADD', keysOf(l), first[2], key)
  else
    call('ZREM', keysOf(l), key)
  end
end

local function park(r)
  local l = lane(r)
  call('ZADD', l, r.due, r.id)
  call('ZADD', P .. 'lanes:' .. r.flow, 0, r.priority .. r.queue)
  if r.queue ~= '' then
    call('ZADD', keyed(l, r.key), r.due, r.id)
    lead(l, r.key)
  end
end

local function unpark(r)
  local l = lane(r)
  if call('ZREM', l, r.id) == 0 then return end
  if r.queue ~= '' then
    call('ZREM', keyed(l, r.key), r.id)
    lead(l, r.key)
  end
  if call('EXISTS', l) == 0 then call('ZREM', P .. 'lanes:' .. r.flow, r.priority .. r.queue) end
end

-- Has the owner hold the run until it is due. It tells whether the owner did not.
local function hold(r)
  local new = call('ZADD', leases(r.flow, holder(r)), r.due, r.id) == 1
  if new then call('SADD', P .. 'owners:' .. r.flow, holder(r)) end
  call('ZADD', leased(r.queue), r.due, r.id)
  if r.queue ~= '' then call('ZADD', leasedOf(r.queue, r.key), r.due, r.id) end
  return new
end

local function unlease(r)
  local l = leases(r.flow, holder(r))
  if call('ZREM', l, r.id) == 0 then return false end
  if call('EXISTS', l) == 0 then call('SREM', P .. 'owners:' .. r.flow, holder(r)) end
  return true
end

local function enqueue(r)
  if r.due == '' or FINAL[r.status] then return end
  if r.owner == '' then
    park(r)
  else
    hold(r)
  end
end

local function dequeue(r)
  if r.due == '' or FINAL[r.status] then return end
  if r.owner == '' or not unlease(r) then unpark(r) end
end

-- Takes the run away from its owner. It is in no set by its due time.
local function free(r)
  call('ZREM', P .. 'held:' .. r.owner, r.id)
  call('ZREM', leased(r.queue), r.id)
  if r.queue ~= '' then call('ZREM', leasedOf(r.queue, r.key), r.id) end
  r.owner = ''
end

-- Puts a run where it belongs, which is in a lane if its lease has run out.
local function settle(r)
  if r.due ~= '' and not FINAL[r.status] and tonumber(r.due) <= now() then
    park(r)
  else
    enqueue(r)
  end
end

-- How long the runs of a status took: sign is 1 for a run that comes, -1 for one that goes.
local function tally(r, sign)
  if r.started == '' or r.finished == '' then return end
  local took = sign * (r.finished - r.started)
  if took ~= 0 then redis.pcall('HINCRBY', P .. 'took', r.status, num(took)) end
end

local function restatus(r, status)
  if r.status ~= status then
    call('ZREM', P .. 'status:' .. r.status, place(r))
    call('ZADD', P .. 'status:' .. status, 0, place(r))
    r.status = status
  end
end

local function expire(r, expires)
  if r.expires ~= expires then
    if r.expires ~= '' then call('ZREM', P .. 'expires', place(r)) end
    if expires ~= '' then call('ZADD', P .. 'expires', expires, place(r)) end
    r.expires = expires
  end
end

-- What is told to those who watch.
local notices = {}

local function tell(r, what)
  local due = r.due
  if r.owner ~= '' or FINAL[r.status] then due = '' end
  local notice = table.concat({r.status, due, what or '', r.revision, sized(r.id)}, ' ')
  if what == 'freed' then notice = notice .. sized(r.queue) end
  notices[#notices + 1] = notice
end

-- Takes a run that is damaged, and in no lane, out of the way of others: it is blocked, and nobody's. Nothing else of it
-- changes, so that it can be mended.
local function setAside(r)
  if r.damage == 'its key' or FINAL[r.status] then return end
  if sound(r, 'created') then
    for status = 0, 8 do call('ZREM', P .. 'status:' .. status, place(r)) end
    call('ZADD', P .. 'status:' .. BLOCKED, 0, place(r))
  end
  local freed = r.owner ~= ''
  if freed then free(r) end
  r.status, r.due = BLOCKED, ''
  local run = P .. 'run:' .. r.id
  call('HSET', run, 'status', r.status, 'due', r.due, 'owner', r.owner)
  for _, name in ipairs({'epoch', 'revision'}) do
    if sound(r, name) then
      r[name] = raise(r[name])
      call('HSET', run, name, r[name])
    end
  end
  local revision = sound(r, 'revision') and r.revision or '0'
  tell({id = r.id, status = r.status, due = '', owner = '', queue = r.queue, revision = revision}, freed and 'freed')
end

-- Tells other processes, and returns what was told.
local function publish(channel, from)
  local all = table.concat(notices)
  if all ~= '' then call('PUBLISH', channel, from .. ' ' .. all) end
  return all
end

-- Arguments, one after the other.
local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end

-- As many of them as there are names.
local function takeFields(all, ...)
  for _, name in ipairs({...}) do all[name] = take() end
  return all
end

-- As many things as the next argument says.
local function takeAll(one)
  local all = {}
  for i = 1, tonumber(take()) do all[i] = one() end
  return all
end
