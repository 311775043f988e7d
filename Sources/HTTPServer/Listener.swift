import Glibc
public import Platform

/// Where a server listens: what was asked for, with the port that the kernel chose where that was 0.
public struct BoundAddress: Sendable, Equatable, CustomStringConvertible {
    /// The address, for instance `127.0.0.1` or `::1`.
    public var host: String
    /// The port.
    public var port: Int

    /// Makes an address from its parts.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// For instance `127.0.0.1:8080` or `[::1]:8080`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a server could not listen.
public enum ListenError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The text is no `host:port`.
    case badAddress(String)
    /// The host's name has no address.
    case unknownHost(String, reason: String)
    /// The kernel refused.
    case system(SystemError)

    /// The failure as one line.
    public var description: String {
        switch self {
        case .badAddress(let text): "listen address `\(text)`: expected HOST:PORT, for instance 127.0.0.1:8080"
        case .unknownHost(let text, let reason): "listen address `\(text)`: \(reason)"
        case .system(let error): error.description
        }
    }
}

/// Opens listening sockets; also for servers of this package that do not speak HTTP.
package enum Listener {
    /// Opens a listening socket at `host:port` or `[ipv6]:port`; an empty host or `*` is every IPv4 address. It does not
    /// block.
    package static func open(_ address: String) throws(ListenError) -> (socket: Int32, bound: BoundAddress) {
        let (host, port) = try split(address)
        let candidate = try resolve(host, port, address)
        var socket: Int32 = -1
        do throws(SystemError) {
            socket = try check("socket", on: address) {
                Glibc.socket(
                    Int32(candidate.ss_family),
                    Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            }
            Sockets.enable(socket, SOL_SOCKET, SO_REUSEADDR)
            var storage = candidate
            let length = socklen_t(
                Int32(storage.ss_family) == AF_INET6
                    ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
            try check("bind", on: address) {
                unsafe withUnsafePointer(to: &storage) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe bind(socket, $0, length)
                    }
                }
            }
            try check("listen", on: address) { listen(socket, 1024) }
            return (socket, try bound(socket, address))
        } catch {
            if socket >= 0 { _ = close(socket) }
            throw .system(error)
        }
    }

    static func split(_ address: String) throws(ListenError) -> (host: String, port: String) {
        guard let colon = address.lastIndex(of: ":") else { throw .badAddress(address) }
        let port = String(address[address.index(after: colon)...])
        guard UInt16(port) != nil else { throw .badAddress(address) }
        var host = address[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw .badAddress(address)
        }
        return (host.isEmpty || host == "*" ? "0.0.0.0" : String(host), port)
    }

    private static func resolve(
        _ host: String, _ port: String, _ address: String
    ) throws(ListenError) -> sockaddr_storage {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, port, &hints, &list)
        guard code == 0, let first = unsafe list, let found = unsafe first.pointee.ai_addr else {
            throw .unknownHost(address, reason: unsafe String(cString: gai_strerror(code)))
        }
        defer { unsafe freeaddrinfo(list) }
        var storage = sockaddr_storage()
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(
                from: UnsafeRawBufferPointer(start: found, count: Int(first.pointee.ai_addrlen)))
        }
        return storage
    }

    private static func bound(_ socket: Int32, _ address: String) throws(SystemError) -> BoundAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try check("getsockname", on: address) {
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(socket, $0, &length)
                }
            }
        }
        let name = SocketAddress(storage)
        return BoundAddress(host: name.host, port: name.port)
    }
}
