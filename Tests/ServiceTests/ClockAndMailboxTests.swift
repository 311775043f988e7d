import Dispatch
import Events
import Platform
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
