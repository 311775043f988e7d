import CPlatform
import Dispatch
import Glibc
import Platform
import Synchronization

/// Connections come and go, deadlines pass, the service stops.
extension Shard {
    /// Beyond `maxConnections` so many more are told so; those beyond these are just closed.
    static let maxConnectionsBeingRefused = 64

    func acceptAll(_ listener: ListeningSocket) {
        let rules = entry.with { $0 }
        for _ in 0..<Self.maxEventsPerWait {
            switch Sockets.accept(listener.descriptor, isLocal: listener.isLocal) {
            case .connection(let socket, let peer): open(socket, peer, listener, rules)
            case .none: return
            case .lost: continue
            case .exhausted:
                unwatchListeners()
                areListenersMuted = true
                return
            }
        }
    }

    private func open(_ socket: Int32, _ peer: HTTPPeer, _ listener: ListeningSocket, _ rules: EntryRules) {
        hasTally = true
        let others = gauges.openConnections.add(1, ordering: .relaxed).oldValue
        let isTrusted = rules.trusted.contains(peer.address)
        let isOverShare =
            !isTrusted && !(peer.address.map { peerCounts.take($0, limit: rules.maxConnectionsPerAddress) } ?? true)
        let isRefused = isOverShare || others >= limits.maxConnections
        if isRefused { tally.refused += 1 } else { tally.accepted += 1 }
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(nil) }
        generation += 1
        // Never below 2^32, where the listeners' tokens are, and never the wake-up's.
        let token = (generation & 0x7FFF_FFFF | 0x4000_0000) << 32 | UInt64(slot)
        let connection = Connection(
            socket: socket, token: token, peer: peer, state: ConnectionState(limits: limits, now: now, writer: writer))
        if isTrusted {
            connection.trusted = rules.trusted
        } else if !isOverShare {
            connection.countedFor = peer.address
        }
        slots[slot] = connection
        openCount += 1
        if others >= limits.maxConnections + Self.maxConnectionsBeingRefused {
            return drop(connection, reset: true)
        }
        if itp_epoll_control(epoll, EPOLL_CTL_ADD, socket, Connection.atFirst, token) < 0 {
            return drop(connection, reset: true)
        }
        if isRefused {
            // The handshake would cost more than the refusal saves.
            if listener.isSecure { return drop(connection, reset: true) }
            let detail = isOverShare ? "too many connections from your address" : "too many connections"
            connection.state.refuseBody(busy(detail), now: now)
            return touch(connection)
        }
        addLayers(to: connection, listener, rules)
    }

    func drop(_ connection: Connection, reset: Bool) {
        guard !connection.isClosed else { return }
        connection.isClosed = true
        connection.stream?.end()
        if reset { Sockets.reset(connection.socket) } else { _ = Glibc.close(connection.socket) }
        let slot = Int(connection.token & 0xFFFF_FFFF)
        slots[slot] = nil
        freeSlots.append(slot)
        openCount -= 1
        gauges.openConnections.subtract(1, ordering: .relaxed)
        if let address = connection.countedFor { peerCounts.release(address) }
        release(bodyBytes: connection.chargedBytes)
        connection.chargedBytes = 0
        if openCount == 0, let onEmpty {
            self.onEmpty = nil
            onEmpty()
        }
    }

    /// Looks at every deadline.
    func tick() {
        now = clock.monotonicNanoseconds
        writer.date.update(clock, at: now)
        for case let connection? in slots {
            let (changed, refusal) = connection.state.expire(now: now)
            if let refusal { note(refusal) }
            if changed { touch(connection) }
        }
        work()
        if areListenersMuted {
            areListenersMuted = false
            for index in listeners.indices {
                do { try watch(listenerAt: index) } catch { areListenersMuted = true }
            }
        }
        publishTally()
    }

    /// Takes no more connections; what has arrived already is in flight. Tells when the sockets may be closed.
    func stopListening(whenDone: @escaping @Sendable () -> Void) {
        queue.async {
            self.turn()
            self.unwatchListeners()
            self.listeners = []
            self.areListenersMuted = false
            whenDone()
        }
    }

    /// Closes what is idle, lets the rest finish, and tells when the last connection is gone.
    func drain(whenEmpty: @escaping @Sendable () -> Void) {
        queue.async {
            for case let connection? in self.slots {
                connection.state.drain(now: self.now)
                self.touch(connection)
            }
            self.work()
            self.publishTally()
            if self.openCount == 0 { whenEmpty() } else { self.onEmpty = whenEmpty }
        }
    }

    /// Closes whatever is left. The shard does nothing any more.
    func finish() {
        queue.sync {
            onEmpty = nil
            for case let connection? in slots { drop(connection, reset: true) }
            source?.cancel()
            timer?.cancel()
            source = nil
            timer = nil
            publishTally()
        }
    }
}
