-- Lets leases of an owner last. ARGV: the owner, for how long, the ID behind which to go on, or '', and how many at once.
-- It returns the last ID at which it looked if there may be more, or '', and of each its run, epoch, revision, and last
-- message. One that is damaged is left to run out, and what is no lease of the owner's is forgotten.
local owner, lease, behind, most = take(), tonumber(take()), take(), take()
local held = {}
local from = behind == '' and '-' or '(' .. behind
local ids = call('ZRANGEBYLEX', P .. 'held:' .. owner, from, '+', 'LIMIT', 0, most)
for _, id in ipairs(ids) do
  local r = get(id)
  if r and not r.damage and r.owner == owner then
    r.due = num(now() + lease)
    if hold(r) then unpark(r) end -- it had run out
    call('HSET', P .. 'run:' .. id, 'due', r.due)
    held[#held + 1] = {id, r.epoch, r.revision, r.newest}
  elseif not r or not r.damage then
    call('ZREM', P .. 'held:' .. owner, id)
  end
end
return {#ids == tonumber(most) and ids[#ids] or '', held}
