-- Reads runs. ARGV: their IDs. It returns what each is, which is nothing if it is not there, and false if its key holds
-- something else.
local P = string.sub(KEYS[1], 1, -6)
local runs = {}
for i, id in ipairs(ARGV) do runs[i] = read('HGETALL', P .. 'run:' .. id) end
return runs
