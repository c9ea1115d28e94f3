-- Counts runs. ARGV: statuses. It returns how many there are of each, and how long they took.
local P = string.sub(KEYS[1], 1, -6)
local counts = {}
for i, status in ipairs(ARGV) do
  counts[i] = {redis.call('ZCARD', P .. 'status:' .. status), redis.call('HGET', P .. 'took', status)}
end
return counts
