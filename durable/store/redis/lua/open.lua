-- Makes the store if it is not there. ARGV: the version, and an ID. It returns those that the store has.
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind == 'none' then
  redis.call('HSET', KEYS[1], 'version', ARGV[1], 'id', ARGV[2])
elseif kind ~= 'hash' then
  return {kind, false}
end
return redis.call('HMGET', KEYS[1], 'version', 'id')
