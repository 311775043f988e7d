import CPlatform
import Dispatch
import Glibc
import Platform
import Synchronization

/// A serial queue with an epoll that holds all of the shard's connections. The queue is woken once for everything that
/// is ready; a turn reads it all and hands the requests over as one batch. Each answer is sent when it is made, but those to several
/// requests of one connection with one send.
///
/// Unchecked: everything but `mailbox`, `handlingThread`, `counters` and constants is touched on `queue` alone.
final class Shard: @unchecked Sendable {
    static let maxEventsPerWait = 512
    static let readBufferBytes = 64 << 10
    /// Rounds in a turn before the queue may do something else (the timer, a stop).
    static let maxRoundsPerTurn = 256
    /// Beyond this the timer or a stop may have waited long enough.
    static let maxTurnNanoseconds: UInt64 = 20_000_000
    /// How long a turn waits for more before it goes back to Dispatch.
    static let lingerMilliseconds: Int32 = 4
    static let tickMilliseconds = 500
    static let wakeToken = UInt64.max

    struct Posted: Sendable {
        enum What: Sendable {
            case answer(HTTPAnswer, sequence: UInt64)
            case part(StreamPart)
        }

        var what: What
        var connection: UInt64
    }

    /// Answers from any thread, and whether the queue knows that it has to look.
    struct Mailbox: Sendable {
        var answers: [Posted] = []
        var isAwake = false
    }

    let limits: HTTPLimits
    let handler: any HTTPHandler
    let clock: any Clock
    let gauges: Gauges
    let entry: Guarded<EntryRules>
    let peerCounts: PeerCounts
    let queue: DispatchQueue
    let epoll: Int32
    let wakeup: Int32
    let mailbox = Guarded(Mailbox())
    /// The thread on which the handler is being asked, as long as it is: answers given on it need no mailbox.
    let handlingThread = Atomic<UInt>(0)
    let counters = Guarded(HTTPStats())

    var source: (any DispatchSourceRead)?
    var timer: (any DispatchSourceTimer)?
    var events = EpollEvents(capacity: maxEventsPerWait)
    var readBuffer: [UInt8]
    /// What was decrypted last.
    var plainBuffer: [UInt8] = []
    /// Connections whose handshakes wait for their turn.
    var handshakes: [Connection] = []
    var slots: [Connection?] = []
    var freeSlots: [Int] = []
    var generation: UInt64 = 0
    var openCount = 0
    var listeners: [ListeningSocket] = []
    /// Listeners that are not watched until the next tick, because descriptors ran out.
    var areListenersMuted = false
    var batch: [HTTPExchange] = []
    /// Counts the batches that have been handed over.
    var batchNumber: UInt64 = 0
    /// The batch being handed over; its room and that of `batch` change places.
    var handed: [HTTPExchange] = []
    /// Whether passes have taken bodies that the handler has not been told of.
    var hasTaken = false
    var touched: [Connection] = []
    var settling: [Connection] = []
    /// Answers being taken in; its room and the mailbox's change places.
    var received: [Posted] = []
    var tally = HTTPStats()
    var hasTally = false
    var now: UInt64 = 0
    /// When what is read in this round came; nil until somebody wants to know.
    var arrival: HTTPArrival?
    let writer = ResponseWriter()
    var onEmpty: (@Sendable () -> Void)?

    init(
        number: Int, limits: HTTPLimits, handler: any HTTPHandler, clock: any Clock, gauges: Gauges,
        entry: Guarded<EntryRules>, peerCounts: PeerCounts
    ) throws(SystemError) {
        self.limits = limits
        self.handler = handler
        self.clock = clock
        self.gauges = gauges
        self.entry = entry
        self.peerCounts = peerCounts
        queue = DispatchQueue(label: "itp.http.\(number)", qos: .userInitiated)
        readBuffer = [UInt8](repeating: 0, count: Self.readBufferBytes)
        epoll = try check("epoll_create1", on: "HTTP shard") { itp_epoll_create() }
        do throws(SystemError) {
            wakeup = try check("eventfd", on: "HTTP shard") { itp_eventfd() }
        } catch {
            _ = Glibc.close(epoll)
            throw error
        }
    }

    /// The sources hold the shard until they are cancelled, and exchanges hold it as long as they may answer: so nobody
    /// can use a descriptor after it is closed here.
    deinit {
        _ = Glibc.close(wakeup)
        _ = Glibc.close(epoll)
    }

    func start() throws(SystemError) {
        try check("epoll_ctl", on: "HTTP shard") {
            itp_epoll_control(epoll, EPOLL_CTL_ADD, wakeup, ITP_EPOLLIN, Self.wakeToken)
        }
        let source = DispatchSource.makeReadSource(fileDescriptor: epoll, queue: queue)
        source.setEventHandler { self.turn() }
        self.source = source
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(
            deadline: .now() + .milliseconds(Self.tickMilliseconds), repeating: .milliseconds(Self.tickMilliseconds),
            leeway: .milliseconds(100))
        timer.setEventHandler { self.tick() }
        self.timer = timer
        source.resume()
        timer.resume()
    }

    /// Takes connections from that listening socket too.
    func listen(on listener: ListeningSocket) throws(SystemError) {
        try queue.sync { () -> Result<Void, SystemError> in
            listeners.append(listener)
            do throws(SystemError) {
                try watch(listenerAt: listeners.count - 1)
                return .success(())
            } catch {
                return .failure(error)
            }
        }.get()
    }

    func watch(listenerAt index: Int) throws(SystemError) {
        try check("epoll_ctl", on: "listening socket") {
            itp_epoll_control(
                epoll, EPOLL_CTL_ADD, listeners[index].descriptor, ITP_EPOLLIN | ITP_EPOLLEXCLUSIVE, UInt64(index))
        }
    }

    func unwatchListeners() {
        for listener in listeners { _ = itp_epoll_control(epoll, EPOLL_CTL_DEL, listener.descriptor, 0, 0) }
    }
}

extension Shard: AnswerSink {
    func deliver(_ answer: HTTPAnswer, connection: UInt64, sequence: UInt64) {
        // Any other thread reads another number here, whichever it is.
        if handlingThread.load(ordering: .relaxed) == pthread_self() {
            return take(answer, connection: connection, sequence: sequence)
        }
        post(Posted(what: .answer(answer, sequence: sequence), connection: connection))
    }

    func deliver(_ part: StreamPart, connection: UInt64) {
        post(Posted(what: .part(part), connection: connection))
    }

    private func post(_ posted: Posted) {
        let mustWake = mailbox.with { box in
            box.answers.append(posted)
            defer { box.isAwake = true }
            return !box.isAwake
        }
        if mustWake { wake() }
    }

    func release(bodyBytes: Int) {
        if bodyBytes > 0 { gauges.bodyBytes.subtract(bodyBytes, ordering: .relaxed) }
    }

    func charge(bodyBytes: Int) {
        if bodyBytes > 0 { gauges.bodyBytes.add(bodyBytes, ordering: .relaxed) }
    }

    private func wake() {
        var one: UInt64 = 1
        // The counter can only be full if the queue has been told already.
        _ = unsafe write(wakeup, &one, MemoryLayout<UInt64>.size)
    }

    func clearWake() {
        var count: UInt64 = 0
        _ = unsafe read(wakeup, &count, MemoryLayout<UInt64>.size)
    }
}
