-- wrk's script: every request has a body of its own, of 600 bytes, and the result is one line for the program that started it.
--   wrk … -s alert.lua URL -- METHOD PATH TOKEN TICKETED [RATE]
-- TICKETED: of 100 alerts so many have a subject of their own; the others repeat one of 50 subjects.
-- RATE: so many alerts a second at most; without it, or with 0, as many as are answered.

local ffi = require("ffi")
ffi.cdef "typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int, moment *);"
local moment = ffi.new("moment")
local threads = 0

-- Milliseconds of a clock that never goes back.
local function now()
    ffi.C.clock_gettime(1, moment)
    return tonumber(moment.seconds) * 1000 + tonumber(moment.nanoseconds) / 1e6
end

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    local method, path, token = arguments[1], arguments[2], arguments[3]
    ticketed = tonumber(arguments[4] or "100")
    local rate = tonumber(arguments[5] or "0")
    if rate > 0 then
        local slot = now()
        -- Each request has its time; one that is late does not make the next ones late.
        function delay()
            local present = now()
            slot = math.max(slot + 1000 / rate, present - 100)
            return math.max(0, math.floor(slot - present))
        end
    end
    start = tostring(os.time() % 100000)
    counter = 0
    filling = string.rep("The volume is nearly full; see the monitor's own page. ", 7)
    head = method .. " " .. path .. " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAuthorization: Bearer " .. token
        .. "\r\nContent-Type: application/json\r\nContent-Length: 600\r\n\r\n"
end

function request()
    counter = counter + 1
    local id = start .. "-" .. number .. "-" .. counter
    local subject = id
    if counter % 100 >= ticketed then subject = "repeated " .. counter % 50 end
    local body = '{"subject":"EVT|DHCP Server|' .. subject .. '|SYSTEM|ERROR|MB-DHCP-S.EVT.S.P3.Alm","agent":"server-'
        .. number .. '","org":"acme","severity":"warning","category":"dhcp","key":"' .. id .. '","body":"' .. filling
    body = body .. string.rep(".", 598 - #body) .. '"}'
    return head .. body
end

function done(summary, latency, requests)
    local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.errors.status,
        failed, latency:percentile(50), latency:percentile(99)))
end
