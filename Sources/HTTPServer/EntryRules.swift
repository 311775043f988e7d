public import Formats
public import Platform

/// What holds for connections from now on, and may change while the server runs.
public struct EntryRules: Sendable {
    /// The certificate for listeners with TLS; without one their connections are refused.
    public var tls: TLSContext?
    /// Who may speak for others: with `X-Forwarded-For`, and with the PROXY protocol where that is expected.
    public var trusted = TrustedPeers()
    /// Whether what those send begins with version 2 of the PROXY protocol.
    public var expectsPreface = false
    /// Connections that one address may have open at once; those who may speak for others have no such limit.
    public var maxConnectionsPerAddress = Int.max

    /// The rules of a server that trusts nobody.
    public init() {}
}

/// Peers that may speak for others.
public struct TrustedPeers: Sendable, Equatable {
    /// Their addresses.
    public var blocks: [IPBlock] = []
    /// Whether whoever may use our Unix sockets is one.
    public var includesLocal = false

    /// Nobody.
    public init() {}

    /// Whether there is none.
    var isNobody: Bool { blocks.isEmpty && !includesLocal }

    /// Whether the peer is one; no address = it came through a Unix socket.
    func contains(_ address: IPAddress?) -> Bool {
        guard let address else { return includesLocal }
        return blocks.contains { $0.contains(address) }
    }
}

/// Who is behind a proxy.
enum Forwarding {
    /// The client of a request that came from a trusted peer: the last of `X-Forwarded-For` that is not trusted itself. What
    /// stands before it was written by somebody whom nobody vouches for.
    static func client(_ head: HTTPHead, _ peer: HTTPPeer, _ trusted: TrustedPeers) -> HTTPPeer {
        let values = head.values(of: "X-Forwarded-For")
        guard !values.isEmpty else { return peer }
        var client = peer.address
        for word in values.flatMap({ $0.split(separator: ",") }).reversed() {
            guard let address = address(word.trimmed) else { break }
            client = address
            if !trusted.contains(address) { break }
        }
        return HTTPPeer(
            host: client?.description ?? peer.host, isLoopback: false, address: client, isForwarded: true,
            isSecure: head.value(of: "X-Forwarded-Proto").map { $0.equalsIgnoringCase("https") } ?? peer.isSecure)
    }

    /// An address, which some proxies write with its port.
    private static func address(_ word: some StringProtocol) -> IPAddress? {
        if word.hasPrefix("["), let end = word.firstIndex(of: "]") {
            return IPAddress(word[word.index(after: word.startIndex)..<end])
        }
        if let address = IPAddress(word) { return address }
        guard let colon = word.lastIndex(of: ":") else { return nil }
        let host = word[..<colon]
        return host.contains(":") ? nil : IPAddress(host)
    }
}

/// How many connections each address has open, over all shards.
final class PeerCounts: Sendable {
    private let counts = Guarded<[IPAddress: Int]>([:])

    /// Counts one more, unless there are as many as there may be.
    func take(_ address: IPAddress, limit: Int) -> Bool {
        counts.with { counts in
            let present = counts[address, default: 0]
            guard present < limit else { return false }
            counts[address] = present + 1
            return true
        }
    }

    func release(_ address: IPAddress) {
        counts.with { counts in
            guard let present = counts[address] else { return }
            counts[address] = present > 1 ? present - 1 : nil
        }
    }
}
