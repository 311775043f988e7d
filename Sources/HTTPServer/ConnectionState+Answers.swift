import Formats

extension ConnectionState {
    /// Takes the answer to the request of that sequence. Answers leave in the order of the requests, whatever order
    /// they come in; one to a request that is answered or given up is dropped.
    mutating func answer(_ answer: HTTPAnswer, sequence: UInt64, now: UInt64) {
        guard sequence >= firstSequence, sequence - firstSequence < UInt64(awaited.count) else { return }
        let index = Int(sequence - firstSequence)
        guard awaited[index].answer == nil else { return }
        guard index == 0, ending == .open else {
            awaited[index].answer = answer
            return
        }
        // Nothing stands before it, as nearly always: it goes out without being kept.
        let hadRoom = hasRoom
        if release(answer, to: takeFirstAwaited(), now: now) { releaseAnswers(hadRoom: hadRoom, now: now) }
    }

    /// Puts an answer of our own behind those that are awaited.
    mutating func enqueue(_ answer: HTTPAnswer, isHead: Bool, keepsAlive: Bool, now: UInt64) {
        awaited.append(Awaited(isHead: isHead, keepsAlive: keepsAlive, since: now, answer: answer))
        releaseAnswers(hadRoom: hasRoom, now: now)
    }

    private mutating func takeFirstAwaited() -> Awaited {
        firstSequence += 1
        // Without moving anything up where there is nothing.
        return awaited.count == 1 ? awaited.removeLast() : awaited.removeFirst()
    }

    /// Lets go what is answered. `hadRoom`: whether there was room before any of it went.
    private mutating func releaseAnswers(hadRoom: Bool, now: UInt64) {
        while ending == .open, let answer = awaited.first?.answer {
            guard release(answer, to: takeFirstAwaited(), now: now) else { return }
        }
        // While there was no room the peer's next head could not be read: its time begins now.
        if !hadRoom, hasRoom { readingSince = now }
        if awaited.isEmpty {
            // Whole requests may wait for the output to be sent.
            if peerHasFinished, !isPaused { end(reset: false, now: now) }
            if pendingCount == 0, case .head = reading { readingSince = now }
            continueIfOwed(now: now)
        }
    }

    /// Writes an answer to the output, or does what else it says; false where it goes on, so that none can follow it.
    private mutating func release(_ answer: HTTPAnswer, to request: Awaited, now: UInt64) -> Bool {
        switch answer {
        case .response(let response):
            let mayGoOn = startAnswer(to: request, now)
            let goesOn = writer.write(response, isHead: request.isHead, mayGoOn: mayGoOn, into: &output)
            if !goesOn { end(reset: false, now: now) }
        case .form(let form, let identifier):
            let mayGoOn = startAnswer(to: request, now)
            let goesOn = writer.write(form, identifier, isHead: request.isHead, mayGoOn: mayGoOn, into: &output)
            if !goesOn { end(reset: false, now: now) }
        case .raw(let bytes, let thenReset):
            append(bytes, now: now)
            end(reset: thenReset, now: now)
        case .abort(let reset): end(reset: reset, now: now)
        case .stream(let response, _):
            beginStream(response, isHead: request.isHead, now: now)
            return false
        }
        return true
    }

    /// Begins an answer; whether the connection may take another request after it.
    private mutating func startAnswer(to request: Awaited, _ now: UInt64) -> Bool {
        if outputCount == 0 { startOutput(now) }
        return request.keepsAlive && !(isDraining && awaited.isEmpty && !isReceiving)
    }

    /// Whether a further request is being received or waits to be looked at.
    private var isReceiving: Bool {
        switch reading {
        case .head: pendingCount > 0
        case .body, .chunks: true
        case .stopped: false
        }
    }

    mutating func append(_ bytes: [UInt8], now: UInt64) {
        if outputCount == 0 { startOutput(now) }
        output.append(bytes.span)
    }

    private mutating func startOutput(_ now: UInt64) {
        outputSince = now
        outputWritten = 0
    }

    /// The connection ends once the output is written; nothing that still comes is looked at.
    mutating func end(reset: Bool, now: UInt64) {
        guard ending == .open else { return }
        ending = .afterOutput(reset: reset)
        endingSince = now
        reading = .stopped
        awaited = []
        pending = []
        pendingStart = 0
        body = []
    }

    /// Notes that `count` bytes of the output are written.
    mutating func wrote(_ count: Int, now: UInt64) {
        let hadRoom = hasRoom
        defer { if !hadRoom, hasRoom { readingSince = now } }
        outputStart += count
        outputWritten += count
        guard outputStart == output.count else { return }
        output.removeAll(keepingCapacity: output.capacity <= 64 << 10)
        outputStart = 0
    }

    /// What to do when everything is written that could be.
    mutating func next(now: UInt64) -> ConnectionEnd {
        switch ending {
        case .open, .lingering: return .none
        case .closed(let reset): return .close(reset: reset)
        case .afterOutput(let reset):
            guard outputCount == 0 else { return .none }
            if reset || peerHasFinished {
                ending = .closed(reset: reset)
                return .close(reset: reset)
            }
            ending = .lingering
            endingSince = now
            return .shutdownWrite
        }
    }

    /// The peer has said that it will send no more. It may still read; what is in flight is answered.
    mutating func peerFinished(now: UInt64) {
        peerHasFinished = true
        switch ending {
        case .lingering: ending = .closed(reset: false)
        case .open where isStreaming: ending = .closed(reset: false)
        case .open:
            endingSince = now
            // Whole requests may be waiting for room; otherwise whatever is pending will never become one.
            if !isPaused { stopReading(now: now) }
        case .afterOutput, .closed: break
        }
    }

    /// Reads no more; the connection ends once everything is answered.
    mutating func stopReading(now: UInt64) {
        reading = .stopped
        if awaited.isEmpty { end(reset: false, now: now) }
    }

    /// The service is stopping: what is in flight is answered, and no further request is taken.
    mutating func drain(now: UInt64) {
        isDraining = true
        if isIdle {
            ending = .closed(reset: false)
        } else if awaited.isEmpty, !isReceiving {
            end(reset: false, now: now)
        }
    }
}
