-- Lets leases of an owner last. ARGV: the owner, for how long, the ID behind which to go on, or '', and how many at once.
-- It returns of each its run, epoch, revision, and last message.
local owner, lease, behind, most = take(), tonumber(take()), take(), take()
local held = {}
local from = behind == '' and '-' or '(' .. behind
for _, id in ipairs(call('ZRANGEBYLEX', P .. 'held:' .. owner, from, '+', 'LIMIT', 0, most)) do
  local r = get(id)
  if r then
    r.due = num(now() + lease)
    if hold(r) then unpark(r) end -- it had run out
    call('HSET', P .. 'run:' .. id, 'due', r.due)
    held[#held + 1] = {id, r.epoch, r.revision, r.newest}
  end
end
return held
