-- Looks at runs in the order of all. ARGV: what is below. It returns of each index whether it has come to its end, the
-- last place at which it looked, and the runs there that meet the conditions, with their places.
local newest, behind, glance, wanted = take() == '1', take(), take(), tonumber(take())
local expired, counting = tonumber(take()), take() == '1'


-- Strings of which one is wanted; false if any is.
local function takeSet()
  local set = false
  for _, one in ipairs(takeAll(take)) do
    set = set or {}
    set[one] = true
  end
  return set
end

local statuses, flows, queues = takeSet(), takeSet(), takeSet()
local function takeKey() return P .. take() end
local others, indexes = takeAll(takeKey), takeAll(takeKey)

local function meets(member, r)
  if not r then return true end -- its key holds something else
  if not r[1] and not r[2] or flows and not flows[r[1] or ''] or statuses and not statuses[r[2]] then return false end
  if queues and not queues[r[6] or ''] then return false end
  if expired and not (r[3] and r[3] ~= '' and (tonumber(r[3]) or math.huge) <= expired) then return false end
  for _, other in ipairs(others) do
    if not call('ZSCORE', other, member) then return false end
  end
  return true
end

local pages = {}
for i, index in ipairs(indexes) do
  local members
  if newest then
    members = call('ZREVRANGEBYLEX', index, behind == '' and '+' or '(' .. behind, '-', 'LIMIT', 0, glance)
  else
    members = call('ZRANGEBYLEX', index, behind == '' and '-' or '(' .. behind, '+', 'LIMIT', 0, glance)
  end
  local found, last = {}, ''
  local ended = #members < tonumber(glance) and 1 or 0
  for _, member in ipairs(members) do
    if #found == wanted then
      ended = 0
      break
    end
    last = member
    local run = P .. 'run:' .. string.sub(member, 21)
    local r = read('HMGET', run, 'flow', 'status', 'expires', 'started', 'finished', 'queue')
    if meets(member, r) then
      local few = r and counting and {'status', r[2], 'started', r[4] or '', 'finished', r[5] or ''}
      found[#found + 1] = {member, few or read('HGETALL', run) or {}}
    end
  end
  pages[i] = {ended, last, found}
end
return pages
