import Events
import Formats
import Platform
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Files that come with alerts: attached once the ticket is there, or kept where somebody finds them.
@Suite struct DeciderFileTests {
    private static func alert(_ state: String = "firing", files: [String] = ["disk.log"]) -> String {
        let list = files.map {
            "{\"name\":\"\($0)\",\"type\":\"text/plain\",\"base64\":\"\(Base64.encode(Array("512 MB".utf8)))\"}"
        }
        return """
            {"subject":"EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm","agent":"fs01.servers.acme","state":"\(state)",\
            "attachments":[\(list.joined(separator: ","))]}
            """
    }

    private func made(_ desk: inout Desk, _ alert: String = DeciderFileTests.alert()) throws -> Identifier {
        let id = try desk.take(alert)
        try desk.report(.created(ticket, remarks: []))
        return id
    }

    @Test("each file is an order of its own, after the ticket and in order; then it is kept no longer")
    func attached() throws {
        var desk = try Desk(settings())
        let id = try made(&desk, DeciderFileTests.alert(files: ["a.log", "b.log"]))
        #expect(try desk.event(id).state == "delivered" && desk.event(id).disposition == "ticketed")
        for (position, name) in [(1, "a.log"), (2, "b.log")] {
            let order = try #require(desk.handed.first)
            #expect(desk.handed.count == 1 && order.action.kind == .attach && order.ticket == ticket)
            #expect(order.file == EventFile(name: name, type: "text/plain", bytes: Array("512 MB".utf8)))
            #expect(order.action.marker == "file \(position) of event \(id)")
            try desk.report(.attached(ticket, isTouched: position == 2, remarks: []))
            #expect(try desk.lastStep(id) == "'\(name)' attached to ticket 12")
        }
        #expect(try desk.ledger.files(of: id).isEmpty && desk.ledger.history.orderCounts().isEmpty)
        #expect(try desk.event(id).state == "delivered" && desk.event(id).disposition == "ticketed")
        // A technician's change is not hidden by what ITP attaches after it.
        try desk.pass(700)
        try desk.take(body())
        #expect(desk.handed.map(\.wasTouched) == [true])
    }

    @Test("files of what makes no ticket are not kept")
    func unkept() throws {
        var desk = try Desk(settings())
        _ = try made(&desk)
        try desk.report(.attached(ticket, isTouched: false, remarks: []))
        let repeated = try desk.take(DeciderFileTests.alert())
        #expect(try desk.event(repeated).disposition == "duplicate" && desk.ledger.files(of: repeated).isEmpty)
    }

    @Test("a file of a repeated alert follows its note; it keeps no update that is collected from its time")
    func repeats() throws {
        var desk = try Desk(
            settings(duplicateMinutes: 0, rules: "[TICKET FLOW]\nConsolidationInterval=600\nTicketFloodLimit=0\n"))
        _ = try made(&desk)
        // One update waits for its time; the file of the ticket's alert comes behind it and does not hurry it.
        let second = try desk.take(DeciderFileTests.alert(files: ["second.log"]))
        #expect(try desk.event(second).disposition == "consolidated")
        try desk.report(.attached(ticket, isTouched: false, remarks: []))
        #expect(desk.handed.isEmpty)
        try desk.pass(601)
        #expect(desk.handed.map(\.action.kind) == [.update])
        try desk.report(.noted(ticket, remarks: []))
        #expect(desk.handed.first?.file?.name == "second.log")
    }

    @Test("a call that was under way at a kill is looked up before the file is attached again")
    func kill() throws {
        var desk = try Desk(settings())
        _ = try made(&desk)
        let order = try #require(desk.handed.first)
        try desk.handle(.intent(lane: desk.lane, row: order.row))
        let restarted = try Desk(desk.settings, on: desk.ledger, at: desk.now)
        let again = try #require(restarted.handed.first)
        #expect(again.ambiguousSince == desk.now && again.file == order.file)
    }

    @Test("a file that is refused is kept in the folder, and nothing waits for it", arguments: [false, true])
    func refused(isRestarted: Bool) throws {
        var desk = try Desk(settings())
        let id = try made(&desk)
        try desk.report(.refused(reason: "the extension is not allowed"))
        #expect(try desk.ledger.history.orderCounts().isEmpty && desk.ledger.files(of: id).isEmpty)
        #expect(try desk.event(id).disposition == "ticketed")
        #expect(try desk.lastStep(id)?.contains("it is kept among the missing attachments") == true)
        // Until it is there, a start asks for it again.
        if isRestarted { desk = try Desk(desk.settings, on: desk.ledger, at: desk.now) }
        let missing = try #require(desk.missing.first)
        #expect(missing.keptName == "\(id)-1-disk.log" && missing.file.bytes == Array("512 MB".utf8))
        #expect(missing.reason == "the extension is not allowed")
        try desk.handle(.missingKept(missing.number))
        #expect(try desk.ledger.missingFiles().isEmpty && desk.ledger.file(missing.number) == nil)
    }

    @Test("one that the PSA does not take for a quarter of an hour is kept in the folder")
    func patience() throws {
        var desk = try Desk(settings())
        _ = try made(&desk)
        try desk.report(.retry(reason: "no route", after: nil))
        try desk.pass(890)
        try desk.report(.retry(reason: "no route", after: .seconds(10)))
        #expect(desk.missing.isEmpty)
        try desk.pass(10)
        try desk.report(.stillAmbiguous(reason: "no route"))
        #expect(desk.missing.map(\.reason) == ["still unclear: no route"])
    }

    @Test("with IgnoreUploadAttachmentError=N it is tried again until it is too old, and then a dead letter")
    func insists() throws {
        let rules = "[TICKET FLOW]\nIgnoreUploadAttachmentError=N\n"
        var desk = try Desk(settings(service: "[QUEUE]\nDeliveryMaxAge=2h\n", rules: rules))
        let id = try made(&desk)
        try desk.report(.retry(reason: "no route", after: nil))
        try desk.pass(3600)
        try desk.report(.refused(reason: "no"))
        try desk.pass(3600)
        try desk.report(.refused(reason: "no"))
        #expect(desk.missing.isEmpty && desk.deadLetters == 1)
        #expect(try desk.event(id).disposition == "ticketed" && desk.event(id).state == "delivered")
        // By hand it is tried once more.
        let letter = try #require(try desk.ledger.history.deadLetters(limit: 1).letters.first)
        try desk.handle(.deadLetter(.retry(letter.row)) { _ in })
        #expect(desk.handed.first?.file?.name == "disk.log")
    }

    @Test("files of an event whose ticket needs nothing any more are kept in the folder")
    func nothingToDo() throws {
        var desk = try Desk(settings())
        _ = try made(&desk)
        try desk.report(.attached(ticket, isTouched: false, remarks: []))
        try desk.take(DeciderFileTests.alert("resolved"))
        try desk.report(.nothingToDo(reason: "the ticket is closed already"), intent: false)
        #expect(desk.missing.map(\.reason) == ["the ticket is closed already"])
    }

    @Test("a ticket by mail carries its files; one for which a mail has no room is kept in the folder")
    func mail() throws {
        let loaded = Settings.load(
            ConfigurationFiles(
                files: [
                    (
                        "ITPConfig.ini",
                        "[GLOBAL]\nVsaEmail=itp@msp.example\n[RMM_SETTINGS]\nPSA_Type=GEN\nPSA_Email=help@psa.example\n"
                    ),
                    ("ITPSvcCfg.ini", "[MAIL]\nURL=smtp://127.0.0.1:1\n"),
                ].map { .init(name: $0.0, bytes: Array($0.1.utf8)) }),
            zones: ZoneFolder.resolve, patterns: RegularExpression.compiler
        ) { reference throws(SecretFault) in throw SecretFault(reference) }
        var desk = try Desk(try #require(loaded.settings, "\(loaded.findings)"))
        let long = Base64.encode([UInt8](repeating: 65, count: 7_000_000))
        let id = try desk.take(
            """
            {"subject":"EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm","agent":"fs01.servers.acme","attachments":[
            {"name":"disk.log","base64":"QQ=="},{"name":"dump.bin","base64":"\(long)"}]}
            """)
        let mail = try #require(desk.mails.first?.mail)
        #expect(mail.attachments == [.init(name: "disk.log", type: "application/octet-stream", bytes: [65])])
        try desk.reportMail(.mailed(remarks: []))
        #expect(desk.missing.map(\.file.name) == ["dump.bin"])
        #expect(try desk.ledger.files(of: id).isEmpty)
    }
}
