-- Sends batches of events from a pool of ready requests: wrk -s ingest.lua, settings in the environment.
local rows, pool_size = tonumber(os.getenv("ROWS")), tonumber(os.getenv("POOL"))
local segment = os.getenv("FORM") == "segment"
local names = { "login", "report_exported", "member_invited" }
local pool, sent = {}, 0

local function event(n)
  local properties = n % 2 == 1 and string.format('"properties":{"plan":"pro","rows":%d},', n % 97) or ""
  if segment then
    return string.format(
      '{"type":"track","messageId":"evt-%s-%012d","context":{"groupId":"A-%05d"},"userId":"user-%06d",%s"event":"%s","timestamp":"2025-03-05T01:%02d:%02dZ"}',
      os.getenv("RUN"), n, n % 4000, n % 90000, properties, names[n % 3 + 1], n % 60, n / 60 % 60)
  end
  return string.format(
    '{"event_id":"evt-%s-%012d","account":"A-%05d","user":"user-%06d","role":"member",%s"name":"%s","time":%d}',
    os.getenv("RUN"), n, n % 4000, n % 90000, properties, names[n % 3 + 1], 1741136400 + n % 600000)
end

function init()
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. os.getenv("TOKEN"),
  }
  for place = 1, pool_size do
    local events = {}
    for row = 1, rows do
      events[row] = event((place - 1) * rows + row)
    end
    local list = "[" .. table.concat(events, ",") .. "]"
    local body = segment and '{"batch":' .. list .. "}" or list
    pool[place] = wrk.format("POST", segment and "/v1/batch" or "/api/v1/events", headers, body)
  end
end

function request()
  sent = sent + 1
  return pool[(sent - 1) % pool_size + 1]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
