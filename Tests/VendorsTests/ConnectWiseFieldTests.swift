import Events
import Formats
import Testing
import Vendors

@testable import Sandbox

/// What ConnectWise's tickets have beside the fields that all PSAs know.
struct ConnectWiseFieldTests {
    private func creation(_ desk: ConformanceDesk) throws -> JSON {
        let call = try #require(desk.calls.first { $0.method == "POST" && $0.url.hasSuffix("service/tickets") })
        return try #require(JSON(ifValid: call.body))
    }

    @Test("team, severity and impact are those of the account")
    func fields() throws {
        var desk = try ConformanceDesk(
            .connectWise, "PSA_CW_Team=service team\nPSA_CW_Severity=HIGH\nPSA_CW_Impact=low")
        _ = try desk.make()
        let body = try creation(desk)
        #expect(body["team"]?["id"]?.integer != nil && body["severity"] == "High" && body["impact"] == "Low")
    }

    @Test("what is not there is left out and said")
    func missing() throws {
        var desk = try ConformanceDesk(.connectWise, "PSA_CW_Team=Nobody\nPSA_CW_Severity=Huge")
        guard case .created(_, let remarks) = try desk.run(desk.order()) else {
            Issue.record("no ticket")
            return
        }
        #expect(remarks == ["no team 'Nobody' on the board: left out", "no severity 'Huge': left out"])
        let body = try creation(desk)
        #expect(body["team"] == nil && body["severity"] == nil && body["impact"] == "Medium")
    }

    @Test("the agent's configuration is put on the ticket; another customer's or none is not")
    func configuration() throws {
        var desk = try ConformanceDesk(.connectWise)
        _ = try desk.make()
        #expect(desk.psa.tickets.last?.configuration == "fs01.servers.acme")
        _ = try desk.run(
            desk.order(reference: Identifier(milliseconds: 5, random: (6, 8))) { $0.agent = "pc-201.wkstns.globex" })
        _ = try desk.run(desk.order(reference: Identifier(milliseconds: 5, random: (6, 9))) { $0.agent = "" })
        #expect(desk.psa.tickets.map(\.configuration) == ["fs01.servers.acme", nil, nil])
    }

    @Test("a configuration that cannot be put there keeps no ticket waiting", arguments: [true, false])
    func failing(_ whileReading: Bool) throws {
        var desk = try ConformanceDesk(.connectWise)
        let broken = VendorOutcome.reply(
            VendorReply(status: 400, body: JSON.members([("code", "InvalidObject")]).bytes))
        let first = try desk.make()
        desk = try ConformanceDesk(.connectWise)
        let call = whileReading ? "GET company/configurations" : "POST service/tickets/\(first.id)/configurations"
        desk.scripted[call] = [broken]
        guard case .created(let ticket, let remarks) = try desk.run(desk.order()) else {
            Issue.record("no ticket")
            return
        }
        #expect(ticket == first && remarks == ["the configuration item is missing"])
        #expect(desk.psa.tickets.count == 1)
    }
}
