import Dispatch
import Platform
import Settings
import Vendors

/// Runs the mail lane: its station on a serial queue, its mails through the courier.
final class MailRunner: Sendable {
    private let queue = DispatchQueue(label: "itp-lane mail")
    private let station = Guarded(MailLaneStation(isConfigured: false))
    private let server = Guarded<MailServer?>(nil)
    private let courier: Courier
    private let clock: any Clock
    private let tell: @Sendable (MailLaneStation.Effect) -> Void

    /// `tell` is handed the effects that are for the decider.
    init(courier: Courier, clock: any Clock, tell: @escaping @Sendable (MailLaneStation.Effect) -> Void) {
        self.courier = courier
        self.clock = clock
        self.tell = tell
    }

    /// From now on mail goes to this server.
    func take(_ settings: MailServerSettings?) {
        let changed = settings.map { MailServer(url: $0.url, user: $0.user, password: $0.password) }
        let isNew = server.with { server in
            defer { server = changed }
            return server != changed
        }
        if isNew { post(.server(isConfigured: changed != nil)) }
    }

    func post(_ message: MailLaneStation.Message) {
        queue.async { [self] in
            let now = clock.now
            for effect in station.with({ $0.handle(message, now: now) }) { carryOut(effect) }
        }
    }

    private func carryOut(_ effect: MailLaneStation.Effect) {
        guard case .send(let key, let call) = effect else { return tell(effect) }
        guard let server = server.with({ $0 }) else {
            return post(.outcome(key, .notSent(reason: "no mail server; write [MAIL] URL into ITPSvcCfg.ini")))
        }
        let mail = MailTransmission(
            server: server, from: call.from, recipients: call.recipients, message: call.message)
        courier.send(mail) { [self] outcome in
            post(.outcome(key, LaneRunner.translated(outcome)))
        }
    }
}
