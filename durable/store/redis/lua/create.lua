-- Adds runs. ARGV: the channel, who this is, and for each run what is below. It returns what was told, and of each run
-- false if it was made, or else what is there.
local channel, self = take(), take()
local found = {}
while at < #ARGV do
  local r = takeFields({}, 'id', 'flow', 'queue', 'key', 'priority', 'created', 'status', 'due', 'started', 'finished')
  local rest = takeFields({}, 'expires', 'parent', 'state', 'facts', 'input', 'published')
  local labels = takeAll(take)
  rest.labels = ''
  for _, label in ipairs(labels) do rest.labels = rest.labels .. sized(label) end
  r.owner, r.epoch, r.revision, r.expires = '', '0', '0', ''
  local run = P .. 'run:' .. r.id
  if call('EXISTS', run) == 1 then
    found[#found + 1] = read('HGETALL', run) or {}
  else
    found[#found + 1] = false
    local fields = {
      'flow', r.flow, 'created', r.created, 'priority', r.priority, 'status', r.status, 'epoch', r.epoch,
      'revision', r.revision,
    }
    local function add(name, value)
      if value ~= '' then
        fields[#fields + 1] = name
        fields[#fields + 1] = value
      end
    end
    for _, name in ipairs({'queue', 'key', 'due', 'started', 'finished'}) do add(name, r[name]) end
    for name, value in pairs(rest) do add(name, value) end
    call('HSET', run, unpack(fields))
    call('ZADD', P .. 'runs', 0, place(r))
    call('ZADD', P .. 'status:' .. r.status, 0, place(r))
    call('ZADD', P .. 'flow:' .. r.flow, 0, place(r))
    if r.queue ~= '' then call('ZADD', P .. 'queue:' .. r.queue, 0, place(r)) end
    if rest.parent ~= '' then call('ZADD', P .. 'children:' .. rest.parent, 0, place(r)) end
    for _, label in ipairs(labels) do call('ZADD', P .. 'label:' .. label, 0, place(r)) end
    expire(r, rest.expires)
    tally(r, 1)
    enqueue(r)
    tell(r)
  end
end
return {publish(channel, self), found}
