-- Leases runs that are blocked. ARGV: the channel, who this is, the owner, for how long, how many records and messages are
-- enough, and the runs. It returns how many of them it has looked at, what was told, and of each run that was leased its
-- ID, what it is, its log and its inbox, false for what cannot be read.
local channel, self, owner, lease, enough = take(), take(), take(), tonumber(take()), tonumber(take())
local taken, looked = {}, 0
while at < #ARGV and enough > 0 do
  local r = get(take())
  looked = looked + 1
  if r and not r.damage and r.status == BLOCKED and r.owner == '' then
    local size
    taken[#taken + 1], size = lend(r, owner, now() + lease)
    enough = enough - size - 10
  end
end
return {looked, publish(channel, self), taken}
