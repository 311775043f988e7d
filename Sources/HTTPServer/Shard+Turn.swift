import CPlatform
import Dispatch
import Formats
import Glibc
import Platform
import Synchronization

extension Shard {
    /// One turn: everything that is ready, in rounds, until nothing has come for a moment. The moment is waited for here: to
    /// be woken through Dispatch takes two threads more, and who has just been answered often has more to send.
    func turn() {
        mailbox.with { $0.isAwake = true }
        let began = clock.monotonicNanoseconds
        var handshakesWait = false
        for _ in 0..<Self.maxRoundsPerTurn {
            let isAsleep = sleepsNow()
            if isAsleep { publishTally() }
            events.poll(epoll, waitMilliseconds: isAsleep && !handshakesWait ? Self.lingerMilliseconds : 0)
            if isAsleep { mailbox.with { $0.isAwake = true } }
            let isQuiet = events.count == 0
            now = clock.monotonicNanoseconds
            arrival = nil
            writer.date.update(clock, at: now)
            dispatchEvents()
            if hasTaken || !batch.isEmpty {
                // While these were read more may have come: one write for all is cheaper than two.
                events.poll(epoll)
                dispatchEvents()
            }
            handshakesWait = runHandshakes()
            work()
            if isAsleep, isQuiet, !handshakesWait, sleepsNow() { return publishTally() }
            if now - began > Self.maxTurnNanoseconds { break }
        }
        publishTally()
        // Still awake: answers that come now rely on a further turn.
        queue.async { self.turn() }
    }

    private func dispatchEvents() {
        for index in 0..<events.count { dispatch(events.token(at: index), events.ready(at: index)) }
    }

    /// Whether no answer came meanwhile; then the next one has to wake the queue.
    private func sleepsNow() -> Bool {
        mailbox.with { box in
            if box.answers.isEmpty { box.isAwake = false }
            return !box.isAwake
        }
    }

    private func dispatch(_ token: UInt64, _ ready: UInt32) {
        if token == Self.wakeToken { return clearWake() }
        guard token >> 32 != 0 else { return acceptAll(listeners[Int(token)]) }
        guard let connection = connection(token) else { return }
        if ready & ITP_EPOLLERR != 0 || ready & ITP_EPOLLHUP != 0, ready & ITP_EPOLLIN == 0 {
            return drop(connection, reset: false)
        }
        if ready & ITP_EPOLLIN != 0 { receive(connection, isEnding: ready & ITP_EPOLLRDHUP != 0) }
        if ready & ITP_EPOLLOUT != 0 { touch(connection) }
    }

    func connection(_ token: UInt64) -> Connection? {
        let slot = Int(token & 0xFFFF_FFFF)
        guard slot < slots.count, let connection = slots[slot], connection.token == token else { return nil }
        return connection
    }

    /// Reads once. `isEnding`: whether the peer has said that nothing more will come than what is there now.
    private func receive(_ connection: Connection, isEnding: Bool) {
        // Taken out while it is in use: so it has no second owner, and nothing is copied.
        var bytes: [UInt8] = []
        swap(&bytes, &readBuffer)
        defer { swap(&bytes, &readBuffer) }
        switch Sockets.receive(connection.socket, into: &bytes) {
        case .moved(0):
            connection.state.peerFinished(now: now)
            touch(connection)
        case .moved(let count):
            let input = bytes.span.extracting(0..<count)
            if let layers = connection.layers {
                receiveLayered(connection, layers, input)
            } else {
                pump(connection, input)
            }
            if isEnding || count == bytes.count || !connection.state.isReady {
                // There may be more of which epoll will not tell again by itself: also where a reading stops at urgent data.
                connection.interest = nil
                touch(connection)
            }
        case .wouldBlock: break
        case .failed: drop(connection, reset: false)
        }
    }

    /// Gives bytes to the connection's state and acts on what comes out of them.
    func pump(_ connection: Connection, _ input: Span<UInt8>) {
        var offset = 0
        var step = connection.state.receive(input, from: &offset, now: now)
        while true {
            switch consume step {
            case .needsInput:
                chargeBody(of: connection)
                connection.state.continueIfOwed(now: now)
                return touch(connection)
            case .head(let head):
                if admits(head, connection) {
                    if takeWhole(head, connection, input, &offset) { break }
                    // In one go with what follows: each look at the state is checked for being the only one.
                    step = connection.state.admit(head, input, from: &offset, now: now)
                    continue
                }
            case .request(let head, let body, let sequence):
                let request = HTTPRequest(
                    head: head, body: body, peer: client(of: connection, head), pass: connection.state.pass)
                take(request, connection, sequence)
            case .refused(let reason): note(reason)
            }
            if offset == input.count, connection.state.isReady {
                if !connection.isSettled { touch(connection) }
                return
            }
            step = connection.state.receive(input, from: &offset, now: now)
        }
    }

    /// Lets the connection's pass take the body, if all of it is there.
    private func takeWhole(
        _ head: HTTPHead, _ connection: Connection, _ input: Span<UInt8>, _ offset: inout Int
    ) -> Bool {
        // What the handler has not been given yet goes first.
        guard connection.batchedIn != batchNumber, let pass = connection.state.pass,
            let length = connection.state.wholeBody(of: head, among: input.count - offset)
        else { return false }
        let reply = HTTPReply(
            sink: self, connection: connection.token, sequence: connection.state.nextSequence, bodyBytes: length)
        charge(bodyBytes: length)
        guard pass.take(input.extracting(offset..<offset + length), reply, arrivalNow()) else {
            release(bodyBytes: length)
            return false
        }
        connection.state.tookWhole(head, now: now)
        offset += length
        tally.requests += 1
        hasTally = true
        hasTaken = true
        return true
    }

    /// When what is being read came.
    private func arrivalNow() -> HTTPArrival {
        if let arrival { return arrival }
        let now = HTTPArrival(clock)
        arrival = now
        return now
    }

    /// Who sent the request: the peer, or whom a trusted peer names.
    private func client(of connection: Connection, _ head: HTTPHead) -> HTTPPeer {
        if connection.trusted.isNobody { return connection.peer }
        return Forwarding.client(head, connection.peer, connection.trusted)
    }

    /// Whether the request may go on; where it may not its answer is on its way.
    private func admits(_ head: HTTPHead, _ connection: Connection) -> Bool {
        if let refusal = handler.admit(head, peer: client(of: connection, head), pass: &connection.state.pass) {
            tally.notAdmitted += 1
            hasTally = true
            connection.state.refuse(head, refusal, now: now)
            return false
        }
        if case .length(let length) = head.framing, length > 0, limits.allows(length, of: head),
            gauges.bodyBytes.load(ordering: .relaxed) > limits.maxBodyBytesInFlight - length
        {
            note(.busy)
            connection.state.refuse(head, busy("too many bodies in flight"), now: now)
            return false
        }
        return true
    }

    private func take(_ request: consuming HTTPRequest, _ connection: Connection, _ sequence: UInt64) {
        let owed = request.body.count - connection.chargedBytes
        if owed != 0 { gauges.bodyBytes.add(owed, ordering: .relaxed) }
        connection.chargedBytes = 0
        tally.requests += 1
        hasTally = true
        connection.batchedIn = batchNumber
        batch.append(
            HTTPExchange(request: request, sink: self, connection: connection.token, sequence: sequence))
    }

    /// Counts what a body that is being received has grown by, and gives it up if there is no more room in all.
    private func chargeBody(of connection: Connection) {
        let growth = connection.state.body.count - connection.chargedBytes
        guard growth != 0 else { return }
        connection.chargedBytes += growth
        let total = gauges.bodyBytes.add(growth, ordering: .relaxed).newValue
        guard growth > 0, total > limits.maxBodyBytesInFlight else { return }
        note(.busy)
        connection.state.refuseBody(busy("too many bodies in flight"), now: now)
        gauges.bodyBytes.subtract(connection.chargedBytes, ordering: .relaxed)
        connection.chargedBytes = 0
    }

    func busy(_ detail: String) -> HTTPResponse {
        var response = HTTPResponse.problem(status: 503, detail: detail)
        response.headers.append(("Retry-After", String(limits.retryAfterSeconds)))
        return response
    }

    func note(_ reason: RefusalReason) {
        tally.badRequests[reason.label, default: 0] += 1
        hasTally = true
    }

    func touch(_ connection: Connection) {
        if connection.isTouched || connection.isClosed { return }
        connection.isTouched = true
        touched.append(connection)
    }

    /// Hands the batch over, takes the answers in, and settles every connection that something happened to, until
    /// nothing is left to do.
    func work() {
        while true {
            if !batch.isEmpty || hasTaken {
                hasTaken = false
                swap(&batch, &handed)
                batchNumber += 1
                handlingThread.store(pthread_self(), ordering: .relaxed)
                handler.handle(handed)
                handlingThread.store(0, ordering: .relaxed)
                handed.removeAll(keepingCapacity: true)
            }
            takeAnswers()
            if touched.isEmpty {
                if batch.isEmpty, !hasTaken { return }
                continue
            }
            swap(&touched, &settling)
            for index in settling.indices {
                settling[index].isTouched = false
                settle(settling[index])
            }
            settling.removeAll(keepingCapacity: true)
        }
    }

    private func takeAnswers() {
        mailbox.with { swap(&$0.answers, &received) }
        for posted in received {
            switch posted.what {
            case .answer(let answer, let sequence): take(answer, connection: posted.connection, sequence: sequence)
            case .part(let part):
                if case .piece(let bytes, let stream) = part { stream.arrived(bytes) }
                guard let connection = connection(posted.connection) else { continue }
                connection.state.stream(part, now: now)
                touch(connection)
            }
        }
        received.removeAll(keepingCapacity: true)
    }

    /// Takes the answer to a request of that connection, which may be gone.
    func take(_ answer: HTTPAnswer, connection token: UInt64, sequence: UInt64) {
        guard let connection = connection(token) else {
            if case .stream(_, let stream) = answer { stream.end() }
            return
        }
        if case .stream(_, let stream) = answer { connection.stream = stream }
        connection.state.answer(answer, sequence: sequence, now: now)
        // At once, so that whoever gets it goes on while the answers to others are made: where it is all that the connection is
        // owed, so that there will be one send. A failure shows again when the connection is settled.
        if connection.layers == nil, connection.state.isAllAnswered { _ = sendWaiting(connection) }
        if !connection.isSettled { touch(connection) }
    }

    /// Sends what there is, as much as the socket takes; false where it takes nothing any more.
    private func sendWaiting(_ connection: Connection) -> Bool {
        switch Sockets.send(connection.socket, connection.state.output, from: connection.state.outputStart) {
        case .moved(let count): connection.state.wrote(count, now: now)
        case .wouldBlock: break
        case .failed: return false
        }
        return true
    }

    /// Brings a socket in line with its connection's state.
    private func settle(_ connection: Connection) {
        guard !connection.isClosed else { return }
        if connection.state.canResume { pump(connection, Span()) }
        let session = connection.layers?.session
        if let layers = connection.layers, let session {
            guard sendLayered(connection, layers, session) else { return }
        } else if connection.state.outputCount > 0 {
            guard sendWaiting(connection) else { return drop(connection, reset: false) }
        }
        switch connection.state.next(now: now) {
        case .close(let reset): return drop(connection, reset: reset)
        case .shutdownWrite:
            if let layers = connection.layers, let session {
                guard shutDownLayered(connection, layers, session) else { return }
            } else {
                _ = shutdown(connection.socket, Int32(SHUT_WR))
            }
        case .none: break
        }
        if connection.state.canResume { pump(connection, Span()) }
        let interest = Connection.interest(
            reads: connection.state.wantsInput,
            writes: connection.state.outputCount > 0 || connection.layers?.cipherCount ?? 0 > 0)
        guard interest != connection.interest else { return }
        connection.interest = interest
        if itp_epoll_control(epoll, EPOLL_CTL_MOD, connection.socket, interest, connection.token) < 0 {
            drop(connection, reset: true)
        }
    }

    func publishTally() {
        guard hasTally else { return }
        let news = tally
        counters.with { $0.add(news) }
        tally = HTTPStats()
        hasTally = false
    }
}
