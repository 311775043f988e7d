import Dispatch
import Events
import Formats
import Platform
import TestSupport
import Testing

@testable import Service

@Suite struct ClockAndMailboxTests {
    @Test("the steady clock goes on while the wall clock has been set back, and follows it forwards")
    func steadyClock() {
        let wall = StoppedClock()
        let clock = SteadyClock(wall)
        #expect(clock.now == start)
        wall.pass(wall: 5, monotonic: 5)
        #expect(clock.now == start + .seconds(5))
        wall.pass(wall: -3600, monotonic: 2)
        #expect(clock.now == start + .seconds(7))
        wall.pass(wall: 1, monotonic: 1)
        #expect(clock.now == start + .seconds(8))
        wall.setWall(start + .hours(2))
        #expect(clock.now == start + .hours(2))
    }

    @Test("a clock that is set is noticed once, by how much, and said for an hour, or until it has caught up")
    func jumps() {
        let wall = StoppedClock()
        let clock = SteadyClock(wall)
        let told = Guarded<[ClockJump]>([])
        clock.onJump { jump in told.with { $0.append(jump) } }
        let jumps = { () -> [ClockJump] in
            _ = clock.now
            return told.with { $0 }
        }
        // It is kept right by small steps, and sometimes nobody looks for long.
        wall.pass(wall: 64, monotonic: 60)
        #expect(jumps().isEmpty)
        wall.pass(wall: 86_400, monotonic: 86_396)
        #expect(jumps().isEmpty && clock.trouble == nil && clock.jumpCount == 0)

        wall.pass(wall: 7210, monotonic: 10)
        #expect(jumps() == [ClockJump(span: .hours(2), at: wall.now)])
        #expect(
            clock.trouble
                == "the system's clock went forward by 7200 seconds at \(wall.now): what was due in between is done now"
        )
        wall.pass(wall: 3590, monotonic: 3590)
        #expect(jumps().count == 1 && clock.trouble != nil)
        wall.pass(wall: 10, monotonic: 10)
        #expect(clock.trouble == nil && clock.jumpCount == 1)

        wall.pass(wall: -14_395, monotonic: 5)
        #expect(jumps().last?.span == .hours(-4))
        wall.pass(wall: 10_000, monotonic: 10_000)
        #expect(clock.trouble?.contains("was set back by 14400 seconds") == true)
        wall.pass(wall: 4400, monotonic: 4400)
        #expect(clock.trouble == nil && clock.jumpCount == 2 && jumps().count == 2)
    }

    @Test("a jump of the clock is in /health, /stats and /metrics, and in the administrator's mail")
    func jumpIsShown() async throws {
        let wall = StoppedClock()
        let smtp = try ScriptedSMTP()
        defer { smtp.stop() }
        let rules = "[GLOBAL]\nVsaEmail=itp@msp.example\nVsaAdminEmail=admin@msp.example\n" + Scene.connectWise
        try await Scene.with(rules, service: "[MAIL]\nURL=\(smtp.url)\nFrom=itp@msp.example\n") { scene in
            try scene.serve(clock: wall) { running in
                #expect(try running.health.status == "ok")
                wall.pass(wall: 3602, monotonic: 2)
                let reasons = try running.health.reasons
                #expect(reasons.map { $0.hasPrefix("the system's clock went forward by 3600 seconds at ") } == [true])
                #expect(try running.ask("GET", "/stats").json["clockJumps"] == 1)
                #expect(Exposition(try running.text("/metrics").text).value("itp_clock_jumps_total") == 1)
                #expect(waitUntil { smtp.mails.contains { $0.contains("ITP: the clock has jumped") } })
            }
        }
    }

    @Test("no message of many senders is lost or waits for another one")
    func wakeUps() throws {
        let mailbox = Mailbox<Int>()
        let received = Guarded(0)
        let thread = try SystemThread(name: "reader") {
            while true {
                let isClosed = mailbox.isClosed
                let messages = mailbox.take(3)
                received.with { $0 += messages.count }
                if !messages.isEmpty { continue }
                if isClosed { return }
                mailbox.wait(seconds: 3600)
            }
        }
        DispatchQueue.concurrentPerform(iterations: 8) { sender in
            for number in 0..<2000 { mailbox.post(sender * 10_000 + number) }
        }
        mailbox.close()
        #expect(!mailbox.post(1), "a closed mailbox says so")
        thread.join()
        #expect(received.with { $0 } == 16_000)
    }
}
