import Testing
import Vendors

/// Whoever has to mend an account's credentials hears of it.
struct CredentialTests {
    @Test("refused credentials are told once, and that they are taken again; other errors say nothing of them")
    func told() throws {
        var rig = try Rig()
        let refusal = VendorOutcome.status(401, #"{"code":"ConnectWiseApi","message":"UserNotAuthenticated"}"#)
        rig.scripted["GET company/companies"] = [refusal, .status(403), .status(500), .notSent(reason: "x")]
        for _ in 0..<5 { _ = try rig.deliver() }
        #expect(rig.credentials == ["refused HTTP 401 ConnectWiseApi: UserNotAuthenticated", "taken"])
    }
}
