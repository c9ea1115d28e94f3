-- Reads a run. ARGV: its ID, whether its log is wanted, and behind which message its inbox is. It returns all of them,
-- false for what cannot be read, or false if there is no run. It is no transaction of commands, since a server whose
-- memory is used up refuses those, whatever they do.
local P = string.sub(KEYS[1], 1, -6)
local run = read('HGETALL', P .. 'run:' .. ARGV[1])
if run and #run == 0 then return false end
local log = {}
if ARGV[2] == '1' then log = read('HGETALL', P .. 'log:' .. ARGV[1]) end
return {run, log, read('ZRANGEBYSCORE', P .. 'inbox:' .. ARGV[1], '(' .. ARGV[3], '+inf')}
