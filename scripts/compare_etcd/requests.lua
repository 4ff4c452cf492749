-- What wrk sends, to either system: wrk -s requests.lua URL -- SYSTEM OPERATION KEYS
--
--   SYSTEM     etcd (the JSON gateway) or quoin (/v1)
--   OPERATION  put, get, lease: a get that may be answered from a lease (quoin), txn: a
--              transaction of 100 puts, or document: puts of 1 KiB of JSON
--   KEYS       how many keys the store was loaded with; requests are drawn from them evenly
--
-- Every request is composed before the clock starts, so that the client costs the same, and as
-- little as it can, for both: what remains of a request is one random number.

local VALUE_BYTES, VALUES, PUTS = 256, 1024, 100
local LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
local DIGITS = LETTERS .. "+/"

local requests = {}

-- Letters at random: nothing for a compressor to find.
local function random_text(bytes)
  local text = {}
  for place = 1, bytes do
    local letter = math.random(#LETTERS)
    text[place] = LETTERS:sub(letter, letter)
  end
  return table.concat(text)
end

-- RFC 4648, section 4.
local function base64(text)
  local encoded = {}
  for place = 1, #text, 3 do
    local a, b, c = text:byte(place, place + 2)
    local bits = a * 65536 + (b or 0) * 256 + (c or 0)
    for shift = 3, 0, -1 do
      local digit = math.floor(bits / 64 ^ shift) % 64 + 1
      encoded[#encoded + 1] = DIGITS:sub(digit, digit)
    end
    if not b then encoded[#encoded - 1] = "=" end
    if not c then encoded[#encoded] = "=" end
  end
  return table.concat(encoded)
end

local function key(number) return string.format("key-%08d", number) end

local function shuffled(count)
  local numbers = {}
  for number = 1, count do numbers[number] = number - 1 end
  for last = count, 2, -1 do
    local other = math.random(last)
    numbers[last], numbers[other] = numbers[other], numbers[last]
  end
  return numbers
end

local etcd = {}

function etcd.text(text) return base64(text) end

function etcd.put(number, value)
  local body = string.format('{"key":"%s","value":"%s"}', base64(key(number)), value)
  return wrk.format("POST", "/v3/kv/put", nil, body)
end

function etcd.get(number)
  return wrk.format("POST", "/v3/kv/range", nil, '{"key":"' .. base64(key(number)) .. '"}')
end

function etcd.step(number, value)
  return string.format('{"requestPut":{"key":"%s","value":"%s"}}', base64(key(number)), value)
end

function etcd.txn(steps)
  return wrk.format("POST", "/v3/kv/txn", nil, '{"success":[' .. table.concat(steps, ",") .. "]}")
end

local quoin = {}

function quoin.text(text) return text end

function quoin.put(number, value) return wrk.format("PUT", "/v1/kv/" .. key(number), nil, value) end

function quoin.get(number) return wrk.format("GET", "/v1/kv/" .. key(number)) end

function quoin.lease(number)
  return wrk.format("GET", "/v1/kv/" .. key(number) .. "?consistency=lease")
end

function quoin.step(number, value)
  return string.format('{"put":{"key":"%s","value":"%s"}}', key(number), value)
end

function quoin.txn(steps)
  return wrk.format("POST", "/v1/txn", nil, '{"success":[' .. table.concat(steps, ",") .. "]}")
end

local WORDS = {
  "account", "active", "address", "amber", "archive", "basic", "billing", "cobalt", "customer",
  "delivery", "east", "express", "invoice", "limited", "monthly", "north", "order", "pending",
  "premium", "region", "returned", "shipped", "south", "standard", "trial", "west",
}

local function word() return WORDS[math.random(#WORDS)] end

-- A record as services keep them: names that repeat, numbers and identities that do not.
local function document()
  local lines = {}
  for line = 1, 5 do
    lines[line] = string.format(
      '{"article":"%s","name":"%s %s","quantity":%d,"price":{"amount":%d,"currency":"EUR"}}',
      random_text(12), word(), word(), math.random(40), math.random(100000))
  end
  local text = string.format(
    '{"id":"%s","kind":"%s","customer":{"id":%d,"name":"%s %s","email":"%s@%s.example"},'
      .. '"created":"2024-%02d-%02dT%02d:%02d:%02dZ","state":"%s","tags":["%s","%s","%s"],'
      .. '"lines":[%s],"note":"%s"}',
    random_text(22), word(), math.random(1000000), word(), word(), random_text(8), word(),
    math.random(12), math.random(28), math.random(23), math.random(59), math.random(59), word(),
    word(), word(), word(), table.concat(lines, ","), "")
  local missing = 1024 - #text
  local note = {}
  while missing > 0 do
    local more = (word() .. " "):sub(1, missing)
    note[#note + 1], missing = more, missing - #more
  end
  return (text:gsub('""}$', '"' .. table.concat(note) .. '"}'))
end

function init(arguments)
  local system = ({ etcd = etcd, quoin = quoin })[arguments[1]]
  local operation, keys = arguments[2], tonumber(arguments[3])
  math.randomseed(os.time())
  local values = {}
  for number = 1, VALUES do values[number] = system.text(random_text(VALUE_BYTES)) end

  if operation == "get" or operation == "lease" then
    for number = 1, keys do requests[number] = system[operation](number - 1) end
  elseif operation == "put" then
    for number = 1, keys do
      requests[number] = system.put(number - 1, values[math.random(VALUES)])
    end
  elseif operation == "document" then
    for number = 1, math.min(keys, 20000) do
      local target = string.format("/v1/kv/document-%08d", number)
      requests[number] = wrk.format("PUT", target, nil, document())
    end
  elseif operation == "txn" then
    -- etcd refuses a transaction that writes a key twice: each has 100 keys of its own.
    local steps = {}
    for _, number in ipairs(shuffled(keys)) do
      steps[#steps + 1] = system.step(number, values[math.random(VALUES)])
      if #steps == PUTS then
        requests[#requests + 1] = system.txn(steps)
        steps = {}
      end
    end
  end
  prepared = os.clock()
end

local thread

function setup(only) thread = only end

function request() return requests[math.random(#requests)] end

-- One line for the driver; latencies in microseconds; CPU seconds before the clock started.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.6f,"bytes":%d,"refused":%d,"broken":%d,'
      .. '"p50":%d,"p90":%d,"p99":%d,"p999":%d,"max":%d,"prepared":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99),
    latency:percentile(99.9), latency.max,
    thread:get("prepared")))
end
