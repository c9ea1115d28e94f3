-- Adds records under leases. ARGV: for each write the run, the epoch, how many records there are, and for each of them
-- its number and itself. It returns why each write was refused, or false if none was. It needs nothing of what scripts
-- share: this is what happens at every step.
local P = string.sub(KEYS[1], 1, -6)
local why, refused, at, last = {}, false, 1, #ARGV

-- Why a write is refused: a number, 0 if it is not, or what cannot be read of the run.
local function reason(r, epoch)
  if not r then return 'its key' end
  if not r[1] and not r[3] then return 1 end
  if r[1] == '4' or r[1] == '5' or r[1] == '6' then return 2 end
  if not r[1] or not string.find(r[1], '^%d+$') then return 'its field status' end
  if not r[3] or not string.find(r[3], '^%d+$') then return 'its field epoch' end
  if not r[2] or r[2] == '' or r[3] ~= epoch then return 3 end
  return 0
end

while at < last do
  local run, epoch, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local log = P .. 'log:' .. run
  local no = reason(read('HMGET', P .. 'run:' .. run, 'status', 'owner', 'epoch'), epoch)
  if no == 0 and not read('HLEN', log) then no = 'its records' end
  at = at + 3
  if no == 0 then
    for i = at, at + 2 * count - 2, 2 do redis.call('HSETNX', log, ARGV[i], ARGV[i + 1]) end
  else
    refused = true
  end
  why[#why + 1] = type(no) == 'string' and run .. ': ' .. no or no
  at = at + 2 * count
end
return refused and why
