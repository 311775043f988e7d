import CPlatform
import Formats
import Glibc
import Platform

/// The system calls on sockets that the server needs, each in one place.
enum Sockets {
    /// What a call that moves bytes did.
    enum Transfer: Equatable {
        case moved(Int)
        /// Nothing now; epoll will tell, as long as it has been told what is waited for.
        case wouldBlock
        case failed
    }

    static func receive(_ socket: Int32, into buffer: inout [UInt8]) -> Transfer {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe itp_receive(socket, $0.baseAddress, $0.count) }
            if count >= 0 { return .moved(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .failed
        }
    }

    static func send(_ socket: Int32, _ bytes: [UInt8], from start: Int) -> Transfer {
        while true {
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
                return unsafe itp_send(socket, rest.baseAddress, rest.count)
            }
            if count >= 0 { return .moved(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .wouldBlock : .failed
        }
    }

    /// Switches an option on; a socket without it works as well, so a failure is no reason to drop the connection.
    static func enable(_ socket: Int32, _ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        _ = unsafe setsockopt(socket, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Closes with a reset instead of an orderly end.
    static func reset(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        _ = Glibc.close(socket)
    }

    /// What came of an attempt to take a waiting connection.
    enum Accepted {
        case connection(Int32, HTTPPeer)
        /// None is waiting.
        case none
        /// This one is gone already; there may be others.
        case lost
        /// Out of descriptors or memory: trying again at once would fail again.
        case exhausted
    }

    static func accept(_ listener: Int32, isLocal: Bool) -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let socket = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe itp_accept(listener, $0, &length)
            }
        }
        if socket < 0 {
            switch errno {
            case EAGAIN: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .lost
            }
        }
        if isLocal { return .connection(socket, HTTPPeer(host: "unix", isLoopback: true)) }
        enable(socket, Int32(IPPROTO_TCP), TCP_NODELAY)
        return .connection(socket, peer(storage))
    }

    private static func peer(_ storage: sockaddr_storage) -> HTTPPeer {
        // An IPv4 peer of a listener for both families shows as ::ffff:127.0.0.1, and is the same address here.
        let address = IPAddress(SocketAddress(storage).host)
        return HTTPPeer(
            host: address?.description ?? "", isLoopback: address?.isLoopback ?? false, address: address)
    }
}

/// The host and port in a socket's address.
struct SocketAddress {
    var host: String
    var port: Int

    init(_ storage: sockaddr_storage) {
        var storage = storage
        let family = Int32(storage.ss_family)
        let capacity = Int(INET6_ADDRSTRLEN)
        var number: in_port_t = 0
        host = unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { text in
                guard let out = text.baseAddress else { return "" }
                let result: UnsafePointer<CChar>?
                if family == AF_INET6 {
                    unsafe result = pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                        number = unsafe address.pointee.sin6_port
                        var bytes = unsafe address.pointee.sin6_addr
                        return unsafe inet_ntop(AF_INET6, &bytes, out, socklen_t(capacity))
                    }
                } else {
                    unsafe result = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                        number = unsafe address.pointee.sin_port
                        var bytes = unsafe address.pointee.sin_addr
                        return unsafe inet_ntop(AF_INET, &bytes, out, socklen_t(capacity))
                    }
                }
                return unsafe result == nil ? "" : String(cString: out)
            }
        }
        port = Int(UInt16(bigEndian: number))
    }
}
