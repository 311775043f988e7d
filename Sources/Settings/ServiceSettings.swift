/// `ITPSvcCfg.ini`: the listener, the journal, the queue, the ledger.
public struct ServiceSettings: Sendable, Equatable {
    /// Where to listen: a comma list, see `ListenAddress`.
    public var address = "127.0.0.1:8080"
    /// Tokens that let post alerts; empty = loopback only.
    public var intakeTokens: [String] = []
    /// Whether `Auth=none` is written out: anybody who reaches the listener may post.
    public var intakeIsOpen = false
    /// Tokens for everything that is not intake; empty = loopback only.
    public var operators: [OperatorToken] = []
    /// Bytes of a request's body.
    public var maxBodyBytes = 10 << 20
    /// Bytes of a request's head.
    public var maxHeaderBytes = 16 << 10
    /// Seconds for a request's head to arrive.
    public var headerTimeoutSeconds = 10
    /// Seconds that a connection may be idle.
    public var idleTimeoutSeconds = 60
    /// Connections at once.
    public var maxConnections = 4096
    /// Connections of one address at once; nil = half of all.
    public var maxConnectionsPerAddress: Int?
    /// Requests that one address may send to the intake; nil = any number.
    public var rateLimit: RateLimit?
    /// The server's certificate with those above it, in PEM; nil = plain HTTP.
    public var certificate: NamedFile?
    /// The certificate's key, in PEM.
    public var certificateKey: NamedFile?
    /// Who may say for whom they speak: addresses, blocks of them, `unix`.
    public var trustedProxies: [String] = []
    /// Whether what those send begins with the PROXY protocol, version 2.
    public var expectsProxyProtocol = false
    /// Bytes of a journal segment.
    public var segmentBytes = 64 << 20
    /// A journal's segment is at least so long: 4 KiB, a block of the disk.
    static let leastSegmentBytes = 4 << 10
    /// The journal's folder, relative to the working folder; nil = `journal` in the data folder.
    public var journalDirectory: String?
    /// Seconds that settled journal segments are kept.
    public var retentionSeconds = 31 * 86_400
    /// Bytes that the journal may take on disk: past it the oldest settled segments go, then alerts are refused; nil = no limit.
    public var journalMaxBytes: Int?
    /// Alerts that wait in memory; more wait on disk.
    public var memoryEvents = 100_000
    /// Bytes of alerts that wait in memory; more wait on disk.
    public var memoryBytes = 256 << 20
    /// Workers that decode and decide; nil = the machine's cores; 0 = accept only, decide later.
    public var workers: Int?
    /// How often a delivery is tried before it is a dead letter.
    public var deliveryAttempts = 20
    /// Seconds after which a delivery that has not succeeded is a dead letter.
    public var deliveryMaxAgeSeconds = 24 * 3600
    /// Seconds to wait, after an outcome that may have reached the PSA, before the second look and a second try.
    public var quietPeriodSeconds = 60
    /// Every `[MAILREADER name]`.
    public var mailReaders: [MailReaderSettings] = []
    /// `[MAIL]`; nil = nothing is sent by mail.
    public var mail: MailServerSettings?
    /// `[NETWRIX]`; nil = no record is looked up.
    public var netwrix: NetwrixSettings?
    /// `[RMM]`; nil = no procedure is run.
    public var rmm: RMMSettings?
    /// Whether the RMM is asked what it knows of agents.
    public var asksOfAgents: Bool { rmm?.completesAgents ?? false }
    /// Days that events are kept.
    public var historyDays = 31
    /// How many bytes the ledger may hold before the oldest of its history goes: 10 GiB. (`HistoryMaxBytes`)
    public var historyMaxBytes = 10 << 30
    /// `debug`, `info`, `warning` or `error`.
    public var logLevel = "info"
    /// `LogDir`: the folder of the original's log files, below the data folder where it is relative; nil = none.
    public var logDirectory: String?
    /// `LogDays`: days' files in it that are older are removed.
    public var logDays = 7
    /// `Heartbeat`: the address that is called every minute while all is well; nil = none.
    public var heartbeat: String?
    /// Accept and decide, deliver nothing.
    public var debug = false

    /// The defaults.
    public init() {}
}
