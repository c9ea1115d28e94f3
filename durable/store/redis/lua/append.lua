-- Adds records under leases. ARGV: for each write the run, the epoch, how many records there are, and for each of them
-- its number and itself. It returns why each write was refused, or false if none was. It needs nothing of what scripts
-- share: this is what happens at every step.
local P = string.sub(KEYS[1], 1, -6)
local why, refused, at, last = {}, false, 1, #ARGV
while at < last do
  local run, epoch, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local r = redis.call('HMGET', P .. 'run:' .. run, 'status', 'owner', 'epoch')
  local reason = 0
  if not r[1] then
    reason = 1
  elseif r[1] == '4' or r[1] == '5' or r[1] == '6' then
    reason = 2
  elseif not r[2] or r[2] == '' or r[3] ~= epoch then
    reason = 3
  end
  at = at + 3
  if reason == 0 then
    local log = P .. 'log:' .. run
    for i = at, at + 2 * count - 2, 2 do redis.call('HSETNX', log, ARGV[i], ARGV[i + 1]) end
  else
    refused = true
  end
  why[#why + 1] = reason
  at = at + 2 * count
end
return refused and why
