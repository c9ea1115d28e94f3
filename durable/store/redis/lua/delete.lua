-- Removes those of the runs that have finished. ARGV: the runs. It returns how many.
local gone = 0
for _, id in ipairs(ARGV) do
  local r = get(id)
  if r and FINAL[r.status] and sound(r, 'created') then
    local run = P .. 'run:' .. id
    local rest = call('HMGET', run, 'parent', 'labels')
    local member = place(r)
    for _, index in ipairs({'runs', 'status:' .. r.status, 'flow:' .. r.flow}) do call('ZREM', P .. index, member) end
    expire(r, '')
    if sound(r, 'started') and sound(r, 'finished') then tally(r, -1) end -- which needs memory, but not as the first thing
    if r.queue ~= '' then call('ZREM', P .. 'queue:' .. r.queue, member) end
    if rest[1] then call('ZREM', P .. 'children:' .. rest[1], member) end
    local labels = rest[2] or ''
    while labels ~= '' do
      local size, from = string.match(labels, '^(%d+):()')
      if not size then break end -- somebody has changed them
      call('ZREM', P .. 'label:' .. string.sub(labels, from, from + size - 1), member)
      labels = string.sub(labels, from + size)
    end
    call('UNLINK', run, P .. 'log:' .. id, P .. 'inbox:' .. id, P .. 'keys:' .. id)
    known[id] = false
    gone = gone + 1
  end
end
return gone
