private let second: UInt64 = 1_000_000_000

extension ConnectionState {
    /// Acts on whatever has taken too long. All limits are deadlines from the beginning of a phase, so that a peer that
    /// sends a byte now and then gains nothing.
    ///
    /// Answers whether something changed, with the reason where a request was refused.
    mutating func expire(now: UInt64) -> (changed: Bool, refusal: RefusalReason?) {
        switch ending {
        case .closed: return (false, nil)
        case .lingering:
            guard isOver(endingSince, limits.lingerTimeoutSeconds, now) else { return (false, nil) }
            ending = .closed(reset: false)
            return (true, nil)
        case .afterOutput, .open: break
        }
        if outputCount > 0, isOver(outputSince, limits.bodyTimeoutSeconds + secondsEarned(outputWritten), now) {
            ending = .closed(reset: true)
            return (true, nil)
        }
        guard ending == .open else { return (false, nil) }
        if peerHasFinished, isOver(endingSince, limits.halfClosedTimeoutSeconds, now) {
            ending = .closed(reset: false)
            return (true, nil)
        }
        if let first = awaited.first, isOver(first.since, limits.answerTimeoutSeconds, now) {
            reading = .stopped
            answer(.response(Self.noAnswer(first, limits)), sequence: firstSequence, now: now)
            end(reset: false, now: now)
            return (true, .unanswered)
        }
        return expireReading(now: now)
    }

    private mutating func expireReading(now: UInt64) -> (changed: Bool, refusal: RefusalReason?) {
        switch reading {
        case .stopped: return (false, nil)
        case .head where pendingCount == 0:
            let limit = hasServed ? limits.idleTimeoutSeconds : limits.headerTimeoutSeconds
            guard awaited.isEmpty, outputCount == 0, isOver(readingSince, limit, now) else { return (false, nil) }
            ending = .closed(reset: false)
            return (true, nil)
        case .head:
            guard hasRoom, isOver(readingSince, limits.headerTimeoutSeconds, now) else { return (false, nil) }
        case .body, .chunks:
            guard isOver(readingSince, limits.bodyTimeoutSeconds + secondsEarned(body.count), now) else {
                return (false, nil)
            }
        }
        refuseBody(.problem(status: 408, detail: "the request did not arrive in time"), now: now)
        return (true, .slow)
    }

    /// Whether a wait that began at `start` has lasted longer than that.
    private func isOver(_ start: UInt64, _ seconds: Int, _ now: UInt64) -> Bool {
        now >= start && now - start > UInt64(max(0, seconds)) * second
    }

    private func secondsEarned(_ bytes: Int) -> Int { bytes / max(1, limits.minBytesPerSecond) }

    private static func noAnswer(_ request: Awaited, _ limits: HTTPLimits) -> HTTPResponse {
        var response = HTTPResponse.problem(status: 503, detail: "no answer in time")
        response.headers.append(("Retry-After", String(limits.retryAfterSeconds)))
        response.headers.append(("Connection", "close"))
        return response
    }
}
