import CPlatform
import Glibc
import Platform

/// A socket that connections come from, and how they begin.
struct ListeningSocket: Sendable {
    var descriptor: Int32
    /// Whether TLS comes first.
    var isSecure = false
    /// Whether it is a Unix socket.
    var isLocal = false
    /// The Unix socket's name, if it is ours to remove.
    var path: String?

    /// Takes no more connections, and removes the name.
    func close() {
        _ = Glibc.close(descriptor)
        if let path { _ = unsafe unlink(path) }
    }
}

extension Listener {
    /// Opens a Unix socket. Its name is made anew where a service that is gone has left it; one that somebody listens on is
    /// left alone. Whoever may write to it may connect: its owner and group.
    static func openLocal(_ path: String, _ address: String) throws(ListenError) -> (socket: Int32, bound: BoundAddress)
    {
        var name = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: name.sun_path)
        guard path.hasPrefix("/"), path.utf8.count < capacity, !path.utf8.contains(0) else {
            throw .badAddress(address)
        }
        name.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { room in unsafe room.copyBytes(from: path.utf8) }
        var socket: Int32 = -1
        do throws(SystemError) {
            socket = try make(address)
            if isLeftOver(path, &name) { _ = unsafe unlink(path) }
            try check("bind", on: address) { unsafe call(bind, socket, &name) }
            try check("chmod", on: address) { unsafe chmod(path, 0o660) }
            try check("listen", on: address) { listen(socket, 1024) }
            return (socket, BoundAddress(host: "unix", port: 0, path: path))
        } catch {
            if socket >= 0 { _ = close(socket) }
            throw .system(error)
        }
    }

    /// Makes a socket that somebody else opened one of ours.
    static func adopt(_ descriptor: Int32) throws(ListenError) -> BoundAddress {
        let address = "descriptor \(descriptor)"
        do throws(SystemError) {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            try check("getsockname", on: address) {
                unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe getsockname(descriptor, $0, &length)
                    }
                }
            }
            try check("fcntl", on: address) { itp_make_own(descriptor) }
            guard Int32(storage.ss_family) == AF_UNIX else { return try bound(descriptor, address) }
            let path = unsafe withUnsafeBytes(of: &storage) { bytes in
                unsafe String(decoding: bytes.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self)
            }
            return BoundAddress(host: "unix", port: 0, path: path)
        } catch {
            throw .system(error)
        }
    }

    private static func make(_ address: String) throws(SystemError) -> Int32 {
        try check("socket", on: address) {
            Glibc.socket(
                AF_UNIX,
                Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
    }

    /// Whether the name is that of a socket that nobody listens on.
    private static func isLeftOver(_ path: String, _ name: inout sockaddr_un) -> Bool {
        guard let probe = try? make(path) else { return false }
        defer { _ = close(probe) }
        return unsafe call(connect, probe, &name) < 0 && errno == ECONNREFUSED
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ socket: Int32, _ name: inout sockaddr_un
    ) -> Int32 {
        unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe function(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
