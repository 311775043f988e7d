import Events
import Formats
import Testing
import Vendors

@testable import Sandbox

/// Two tickets of one event, and what sessions and allowances come to.
struct DoublesTests {
    /// A desk at which the same ticket has been made twice, since when it is unknown, and both numbers.
    private func doubled(_ kind: ConformingPSA) throws -> (ConformanceDesk, Instant, [TicketNumber]) {
        var desk = try ConformanceDesk(kind)
        let numbers = [try desk.make(), try desk.make()]
        let since = desk.now
        desk.now = desk.now + .seconds(5)
        return (desk, since, numbers)
    }

    @Test(
        "of two tickets of one event the lower stays, the other is closed and counted",
        arguments: ConformingPSA.allCases)
    func closes(_ kind: ConformingPSA) throws {
        var (desk, since, numbers) = try doubled(kind)
        guard case .created(numbers[0], let remarks) = try desk.run(desk.order(ambiguousSince: since)) else {
            Issue.record("another ticket")
            return
        }
        #expect(
            remarks == [
                "an earlier try had made it", "the second ticket \(numbers[1].number) of this event is closed",
            ])
        #expect(desk.closedDoubles == 1)
        #expect(desk.psa.tickets.map(\.isClosed) == [false, true])
        // Looked at again it is closed already.
        guard
            case .created(numbers[0], ["an earlier try had made it"]) = try desk.run(desk.order(ambiguousSince: since))
        else {
            Issue.record("another ending")
            return
        }
        #expect(desk.closedDoubles == 1)
    }

    @Test(
        "a close of the second one that is lost is done again, one that is refused is told",
        arguments: ConformingPSA.allCases)
    func closeFails(_ kind: ConformingPSA) throws {
        var (desk, since, numbers) = try doubled(kind)
        desk.losesNextWrite = true
        guard case .stillAmbiguous = try desk.run(desk.order(ambiguousSince: since)) else {
            Issue.record("it was taken for done")
            return
        }
        guard case .created(numbers[0], _) = try desk.run(desk.order(ambiguousSince: since)) else {
            Issue.record("another ending")
            return
        }
        #expect(desk.psa.tickets.count { $0.isClosed } == 1)

        (desk, since, numbers) = try doubled(kind)
        let refusal: VendorOutcome =
            kind == .autotask
            ? .status(500, #"{"errors":["no"]}"#) : .status(422, #"{"code":"InvalidObject","message":"no"}"#)
        desk.refusesPatches = refusal
        guard case .created(numbers[0], let remarks) = try desk.run(desk.order(ambiguousSince: since)) else {
            Issue.record("another ending")
            return
        }
        #expect(remarks.count == 2 && remarks[1].hasPrefix("closing the second ticket"))
    }

    private func signings(_ desk: ConformanceDesk) -> [String] {
        desk.log.filter { $0.hasPrefix("POST security/") }.map { String($0.dropFirst("POST security/".count)) }
    }

    @Test("BMS: a token that has ended is renewed without the password; where that fails, it is had with it")
    func renewal() throws {
        var desk = try ConformanceDesk(.bms)
        _ = try desk.make()
        desk.now = desk.now + .minutes(25)
        desk.log = []
        _ = try desk.make()
        #expect(signings(desk) == ["refreshtoken"])
        desk.now = desk.now + .minutes(25)
        desk.log = []
        desk.scripted["POST security/refreshtoken"] = [.status(401)]
        _ = try desk.make()
        #expect(signings(desk) == ["refreshtoken", "authenticate"])
        // What is too old to be renewed is not tried.
        desk.now = desk.now + .hours(48)
        desk.log = []
        _ = try desk.make()
        #expect(signings(desk) == ["authenticate"])
    }

    @Test("BMS: a token that ends in the middle of a ticket's work is renewed, and the ticket is made once")
    func renewalWithin() throws {
        var desk = try ConformanceDesk(.bms)
        _ = try desk.make()
        desk.log = []
        desk.passes = .minutes(25)
        _ = try desk.make()
        #expect(signings(desk) == ["refreshtoken"])
        #expect(desk.log.last?.hasSuffix("/notes") == true)
        #expect(desk.psa.tickets.count == 2)
    }

    @Test("Autotask: near the end of what a database is allowed the lane goes slowly, by what Autotask says of it")
    func usage() throws {
        var desk = try ConformanceDesk(.autotask)
        let usage = { (used: Int64) -> VendorOutcome in
            let body: JSON = [
                "externalRequestThreshold": 10_000, "requestThresholdTimeframe": 60,
                "currentTimeframeRequestCount": .integer(used),
            ]
            return .status(200, body.compact)
        }
        let asked = "GET ThresholdInformation"
        _ = try desk.make()
        #expect(!desk.log.contains(asked))
        for (used, gap) in [(1000, 0), (7600, 1), (9100, 10), (9999, 10), (200, 0)] as [(Int64, Int)] {
            desk.now = desk.now + .minutes(5)
            desk.log = []
            desk.scripted[asked] = [usage(used)]
            _ = try desk.make()
            #expect(desk.log.count { $0 == asked } == 1)
            // The next but one sees what was told.
            desk.now = desk.now + .seconds(10)
            _ = try desk.make()
            let report = try desk.run(desk.order())
            guard gap > 0 else { continue }
            #expect(report == .retry(reason: "the PSA asked for a pause", after: .seconds(gap)), "\(used)")
        }
        // The sandbox's own answer, and one that is no answer, slow nothing down.
        for outcome in [nil, VendorOutcome.status(500)] {
            desk.now = desk.now + .minutes(5)
            if let outcome { desk.scripted[asked] = [outcome] }
            _ = try desk.make()
            _ = try desk.make()
        }
    }
}
