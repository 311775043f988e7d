import Formats

extension ConnectionState {
    /// Takes bytes from `input[offset...]` up to the next thing that somebody has to know. Call it again until it says
    /// `needsInput`; an empty input goes on with what is pending.
    mutating func receive(_ input: Span<UInt8>, from offset: inout Int, now: UInt64) -> ConnectionStep {
        switch reading {
        case .stopped:
            offset = input.count
            pending = []
            pendingStart = 0
            return .needsInput
        case .head: return receiveHead(input, from: &offset, now: now)
        case .body(let head, let left): return receiveBody(head, left, input, from: &offset, now: now)
        case .chunks(let head, let decoder): return receiveChunks(head, decoder, input, from: &offset, now: now)
        }
    }

    private mutating func receiveHead(
        _ input: Span<UInt8>, from offset: inout Int, now: UInt64
    ) -> ConnectionStep {
        guard hasRoom else {
            keepRest(of: input, from: &offset)
            isPaused = pendingCount > 0
            return .needsInput
        }
        isPaused = false
        let progress: HTTPHeadProgress
        let wasEmpty = pendingCount == 0
        if wasEmpty {
            guard offset < input.count else { return .needsInput }
            let waiting = input.extracting(offset..<input.count)
            if let lastHead, lastHead.isBeginning(of: waiting) {
                offset += lastHead.byteCount
                return .head(lastHead)
            }
            progress = parser.parse(waiting)
        } else {
            keepRest(of: input, from: &offset)
            let waiting = pending
            progress = parser.parse(waiting.span.extracting(pendingStart..<waiting.count))
        }
        switch progress {
        case .incomplete:
            if wasEmpty { readingSince = now }
            keepRest(of: input, from: &offset)
            if peerHasFinished { stopReading(now: now) }
            return .needsInput
        case .invalid(let fault):
            offset = input.count
            return refuse(fault, isHead: false, now: now)
        case .complete(let head, let consumed):
            if wasEmpty { offset += consumed } else { dropPending(consumed) }
            parser = HTTPHeadParser(maxBytes: limits.maxHeaderBytes)
            lastHead = head.byteCount <= ConnectionState.keptHeadBytes ? head : nil
            pass = nil
            return .head(head)
        }
    }

    /// Lets the head just parsed pass: its body is read next.
    mutating func admit(_ head: HTTPHead, now: UInt64) -> ConnectionStep? {
        readingSince = now
        hasServed = true
        switch head.framing {
        case .length(0): return complete(head, now: now)
        case .length(let length):
            guard limits.allows(length, of: head) else {
                return refuse(HTTPFault(.bodyTooLarge, at: limits.maxBodyBytes(of: head)), isHead: false, now: now)
            }
            // The length is a claim: memory beyond this is taken as the bytes come.
            body.reserveCapacity(min(length, 64 << 10))
            reading = .body(head, left: length)
        case .chunked: reading = .chunks(head, HTTPChunkedDecoder(maxBodyBytes: limits.maxBodyBytes(of: head)))
        }
        owesContinue = head.expectsContinue
        return nil
    }

    /// The length of the body, where all of it is among so many bytes that follow the head, and nothing has to be said before.
    /// Mutating, though it changes nothing: whoever only reads another's property by a call has all of it copied first.
    mutating func wholeBody(of head: HTTPHead, among count: Int) -> Int? {
        guard case .length(let length) = head.framing, length > 0, length <= count, pendingCount == 0,
            !head.expectsContinue, limits.allows(length, of: head)
        else { return nil }
        return length
    }

    /// The head just parsed and its whole body have been taken: its answer is awaited.
    mutating func tookWhole(_ head: HTTPHead, now: UInt64) {
        hasServed = true
        readingSince = now
        awaitAnswer(to: head, now: now)
    }

    /// Lets the head just parsed pass, and goes on with `input[offset...]` as `receive` does.
    mutating func admit(
        _ head: HTTPHead, _ input: Span<UInt8>, from offset: inout Int, now: UInt64
    ) -> ConnectionStep {
        admit(head, now: now) ?? receive(input, from: &offset, now: now)
    }

    /// Answers the head just parsed without reading its body.
    mutating func refuse(_ head: HTTPHead, _ response: HTTPResponse, now: UInt64) {
        readingSince = now
        hasServed = true
        let hasBody = head.framing != .length(0)
        enqueue(.response(response), isHead: head.asksForHead, keepsAlive: head.keepsAlive && !hasBody, now: now)
        if hasBody || !head.keepsAlive { reading = .stopped }
    }

    /// Gives up on the request in the middle of its body, for want of memory.
    mutating func refuseBody(_ response: HTTPResponse, now: UInt64) {
        body = []
        owesContinue = false
        reading = .stopped
        enqueue(.response(response), isHead: false, keepsAlive: false, now: now)
    }

    /// Sends the peer `100 Continue` if it waits for it and no earlier answer stands before it.
    mutating func continueIfOwed(now: UInt64) {
        guard owesContinue, awaited.isEmpty else { return }
        owesContinue = false
        if body.isEmpty { append(ResponseWriter.continueLine, now: now) }
    }

    private mutating func receiveBody(
        _ head: HTTPHead, _ left: Int, _ input: Span<UInt8>, from offset: inout Int, now: UInt64
    ) -> ConnectionStep {
        var left = left
        let held = min(left, pendingCount)
        if held > 0 {
            body.append(contentsOf: pending[pendingStart..<pendingStart + held])
            dropPending(held)
            left -= held
        }
        let fresh = min(left, input.count - offset)
        if fresh > 0 {
            body.append(input.extracting(offset..<offset + fresh))
            offset += fresh
            left -= fresh
        }
        if left == 0 { return complete(head, now: now) }
        reading = .body(head, left: left)
        return .needsInput
    }

    private mutating func receiveChunks(
        _ head: HTTPHead, _ decoder: HTTPChunkedDecoder, _ input: Span<UInt8>, from offset: inout Int, now: UInt64
    ) -> ConnectionStep {
        var decoder = decoder
        if pendingCount > 0 {
            let waiting = pending
            let progress = decoder.feed(waiting.span.extracting(pendingStart..<waiting.count), into: &body)
            if case .finished(let consumed) = progress {
                dropPending(consumed)
                return complete(head, now: now)
            }
            if case .invalid(let fault) = progress { return refuse(fault, isHead: false, now: now) }
            dropPending(pendingCount)
        }
        switch decoder.feed(input.extracting(offset..<input.count), into: &body) {
        case .incomplete:
            offset = input.count
            reading = .chunks(head, decoder)
            return .needsInput
        case .finished(let consumed):
            offset += consumed
            return complete(head, now: now)
        case .invalid(let fault):
            offset = input.count
            return refuse(fault, isHead: false, now: now)
        }
    }

    private mutating func complete(_ head: HTTPHead, now: UInt64) -> ConnectionStep {
        let whole = body
        body = []
        owesContinue = false
        reading = .head
        readingSince = now
        let sequence = nextSequence
        awaitAnswer(to: head, now: now)
        return .request(head, body: whole, sequence: sequence)
    }

    /// The sequence of the next request.
    var nextSequence: UInt64 { firstSequence + UInt64(awaited.count) }

    private mutating func awaitAnswer(to head: HTTPHead, now: UInt64) {
        let keepsAlive = head.keepsAlive && nextSequence + 1 < UInt64(limits.maxRequestsPerConnection)
        awaited.append(Awaited(isHead: head.asksForHead, keepsAlive: keepsAlive, since: now))
        if !keepsAlive { reading = .stopped }
    }

    /// Answers a fault, behind the answers that are still awaited, and reads no more.
    mutating func refuse(_ fault: HTTPFault, isHead: Bool, now: UInt64) -> ConnectionStep {
        body = []
        reading = .stopped
        let response = HTTPResponse.problem(
            status: fault.status, detail: fault.description,
            extra: [
                .init("code", .string(fault.reason.rawValue)), .init("offset", .number(String(fault.offset))),
            ])
        enqueue(.response(response), isHead: isHead, keepsAlive: false, now: now)
        return .refused(.fault(fault.reason))
    }

    private mutating func keepRest(of input: Span<UInt8>, from offset: inout Int) {
        guard offset < input.count else { return }
        if pendingStart > 0 {
            pending.removeFirst(pendingStart)
            pendingStart = 0
        }
        pending.append(input.extracting(offset..<input.count))
        offset = input.count
    }

    private mutating func dropPending(_ count: Int) {
        pendingStart += count
        guard pendingStart == pending.count else { return }
        pending.removeAll(keepingCapacity: pending.capacity <= 4096)
        pendingStart = 0
    }
}
