import Dispatch
import Glibc
import Platform
import Settings

/// Asks the running service, for commands.
enum ServiceClient {
    /// The service's answer; throws where there is none.
    static func ask(
        _ method: String, _ path: String, _ settings: ServiceSettings, listen: String?, body: [UInt8] = []
    ) throws -> IncomingReply {
        let address = url(listen ?? settings.address, settings)
        let courier = try Courier(Courier.Settings(version: Program.version))
        defer { courier.stop() }
        let outcome = Guarded<CallOutcome?>(nil)
        let answered = DispatchSemaphore(value: 0)
        let secret = settings.adminTokens.first ?? settings.operators.first?.token
        let token = secret.map { [("Authorization", "Bearer \($0)")] } ?? []
        var call = OutgoingCall(method: method, url: "\(address)\(path)", headers: token, body: body)
        call.totalTimeoutSeconds = 30
        courier.send(call) { result in
            outcome.with { $0 = result }
            answered.signal()
        }
        answered.wait()
        switch outcome.with({ $0 }) {
        case .reply(let reply): return reply
        case .notSent(let reason), .ambiguous(let reason): throw NoAnswer(address: address, reason: reason)
        case nil: throw NoAnswer(address: address, reason: "nothing came")
        }
    }

    /// One of the addresses at which a service can be asked, with its scheme: a plain one if there is any, because its
    /// certificate is hardly made out to this machine's own address.
    static func url(_ addresses: String, _ settings: ServiceSettings) -> String {
        let list = ListenAddress.list(addresses).filter { !$0.place.hasPrefix("unix:") }
        func isSecure(_ address: ListenAddress) -> Bool { address.isSecure ?? (settings.certificate != nil) }
        let chosen = list.first { !isSecure($0) } ?? list.first
        guard let chosen else { return "http://\(addresses)" }
        return (isSecure(chosen) ? "https://" : "http://") + reachable(chosen.place)
    }

    /// A service that listens everywhere is asked on this machine.
    static func reachable(_ address: String) -> String {
        for (everywhere, here) in [("0.0.0.0:", "127.0.0.1:"), ("[::]:", "[::1]:")] where address.hasPrefix(everywhere)
        {
            return here + address.dropFirst(everywhere.count)
        }
        return address
    }

    /// Nobody has answered.
    struct NoAnswer: Error, CustomStringConvertible {
        var address: String
        var reason: String

        var description: String {
            "no answer from \(address): \(reason); is the service running? name its address with --listen ADDR"
        }
    }
}
