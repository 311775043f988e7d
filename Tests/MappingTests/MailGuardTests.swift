import Formats
import Mapping
import Platform
import Settings
import Testing

/// The table of a section `[STAFF]` with these lines.
func staff(_ lines: String) throws -> StaffTable {
    let rules = "[RMM_SETTINGS]\nPSA_Type=GEN\nPSA_Email=psa@x.example\n[STAFF]\n\(lines)\n"
    let loaded = Settings.load(
        ConfigurationFiles(files: [.init(name: "ITPConfig.ini", bytes: Array(rules.utf8))]),
        zones: { _ throws(ZoneFault) in TZif.bytes(rule: "UTC0") }, patterns: RegularExpression.compiler,
        secrets: { _ throws(SecretFault) in "" })
    return try #require(loaded.settings, "\(loaded.findings)").staff
}

@Suite("Mail as an alert")
struct MailGuardTests {
    private func mail(_ headers: [(String, String)], from: String = "monitor@x.example") -> ReceivedMail {
        var message = MailMessage()
        message.headers = headers.map { MailMessage.Header($0.0, $0.1) }
        message.from = [MailMessage.Address(address: from)]
        return ReceivedMail(message)
    }

    @Test(
        "these are no alerts",
        arguments: [
            ("X-ITP-Event", "1", "our own message"), ("Message-ID", "<1.itp@msp.example>", "our own message"),
            ("Auto-Submitted", "auto-replied; owner-email=\"x\"", "an automatic answer (Auto-Submitted: auto-replied)"),
            ("Precedence", "Bulk", "bulk mail (Precedence: bulk)"),
            ("Precedence", "auto_reply", "an automatic answer (Precedence)"),
            ("X-Autoreply", "yes", "an automatic answer (X-Autoreply)"),
        ])
    func stopped(_ name: String, _ value: String, _ reason: String) {
        #expect(MailGuard.reason(mail([(name, value)])) == reason)
    }

    @Test("what monitoring systems say of their alerts does not stop them")
    func passes() {
        #expect(MailGuard.reason(mail([])) == nil)
        #expect(MailGuard.reason(mail([("Auto-Submitted", "auto-generated"), ("Precedence", "list")])) == nil)
        #expect(MailGuard.reason(mail([("Auto-Submitted", "no"), ("In-Reply-To", "<1@x>")])) == nil)
        var known = mail([])
        known.envelopeFrom = "monitor@x.example"
        #expect(MailGuard.reason(known) == nil)
    }

    @Test("reports and answers of servers stop, and say of whom they tell")
    func reports() {
        var report = mail([])
        report.message.isReport = true
        report.message.deliveryStatus = MailMessage.DeliveryStatus.list(
            of: "Final-Recipient: rfc822; a@b\nAction: failed")
        #expect(MailGuard.reason(report) == "a delivery report: a@b failed")
        var bounce = mail([])
        bounce.envelopeFrom = ""
        #expect(MailGuard.reason(bounce) == "a report: its envelope has no sender")
        #expect(MailGuard.reason(mail([], from: "Mailer-Daemon@x.example")) == "a report of a mail server")
        let outOfOffice = mail([("Auto-Submitted", "auto-generated"), ("In-Reply-To", "<1@x>")])
        #expect(MailGuard.reason(outOfOffice) == "an automatic answer (In-Reply-To)")
    }

    @Test("the customer: the sender's address, then its domain, then the recipient's tag")
    func routing() throws {
        let staff = try staff("Boss@X.example=address\n@x.example=domain")
        var found = mail([], from: "boss@x.Example")
        found.envelopeTo = ["plain@itp.example", "alerts+acme@itp.example"]
        #expect(MailRouting.organisation(of: found, staff)?.organisation == "address")
        found.message.from = [MailMessage.Address(address: "other@x.example")]
        #expect(MailRouting.organisation(of: found, staff)?.organisation == "domain")
        found.message.from = [MailMessage.Address(address: "other@sub.x.example")]
        #expect(MailRouting.organisation(of: found, staff)?.organisation == "acme")
        found.envelopeTo = ["alerts+@itp.example", "+", "a+b"]
        #expect(MailRouting.organisation(of: found, staff) == nil)
        found.message.headers = [MailMessage.Header("Delivered-To", "a+beta@itp.example")]
        #expect(MailRouting.organisation(of: found, staff)?.organisation == "beta")
    }

    @Test("required findings: the relay's own, or those of the server that is named; nobody else's")
    func verdicts() {
        var rules = MailSource(relay: .raw)
        let forged = mail([("Authentication-Results", "mx.evil.example; spf=pass; dkim=pass")])
        #expect(MailGuard.refusal(of: forged, rules) == nil)
        rules.needsSPF = true
        #expect(MailGuard.refusal(of: forged, rules) == "SPF has to pass and is 'not known'")
        rules.authority = "mx.itp.example"
        #expect(MailGuard.refusal(of: forged, rules) != nil)
        let real = mail([
            (
                "Authentication-Results",
                "MX.itp.example 1; spf=pass (sender; ok) smtp.mailfrom=a; dkim=fail; dkim=pass x"
            ),
            ("Authentication-Results", "mx.itp.example; spf=fail; dkim=fail"),
        ])
        rules.needsDKIM = true
        #expect(MailGuard.refusal(of: real, rules) == nil)
        var told = real
        told.verdicts.spf = "fail"
        #expect(MailGuard.refusal(of: told, rules) == "SPF has to pass and is 'fail'")
    }
}
