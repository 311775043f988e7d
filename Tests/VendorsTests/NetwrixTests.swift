import Formats
import Settings
import Testing
import Vendors

/// Netwrix Auditor's Integration API.
struct NetwrixTests {
    private let settings = NetwrixSettings(url: "https://localhost:9699", user: "", password: "")

    private func result(_ status: Int, _ body: String) -> NetwrixAPI.Result {
        NetwrixAPI.result(of: .reply(VendorReply(status: status, body: Array(body.utf8))))
    }

    @Test("a search names the records by their IDs, 200 at most")
    func search() throws {
        let call = NetwrixAPI.search((0..<300).map { "r\($0)" }, settings)
        #expect(call.url.hasPrefix("https://localhost:9699/netwrix/api/v1/activity_records/search?"))
        let ids = try JSON(parsing: call.body)["FilterList"]?["RID"]?.array
        #expect(ids?.count == 200 && ids?.first?.string == "r0")
    }

    @Test("records come as JSON or as XML, one or several, and are found by their IDs")
    func records() {
        let json = #"{"ActivityRecordList":[{"RID":"1","Who":"a"},{"RID":"2"},{"Who":"nobody"}]}"#
        #expect(result(200, json) == .found(["1": #"{"RID":"1","Who":"a"}"#, "2": #"{"RID":"2"}"#]))
        let xml = "<ActivityRecordList><ActivityRecord><RID>1</RID><Who>a</Who></ActivityRecord></ActivityRecordList>"
        #expect(result(200, xml) == .found(["1": #"{"RID":"1","Who":"a"}"#]))
        let two = xml.replacing(
            "</ActivityRecordList>", with: "<ActivityRecord><RID>2</RID></ActivityRecord></ActivityRecordList>")
        guard case .found(let found) = result(200, two) else { return #expect(Bool(false), "no records") }
        #expect(found.keys.sorted() == ["1", "2"])
        #expect(result(200, #"{"ActivityRecordList":[]}"#) == .found([:]))
    }

    @Test("whatever else comes is tried again")
    func later() {
        #expect(result(401, "") == .later("the Auditor refuses the user"))
        #expect(result(500, "") == .later("the Auditor answers with 500"))
        #expect(result(200, "oops") == .later("the Auditor's answer is neither JSON nor XML"))
        #expect(NetwrixAPI.result(of: .notSent(reason: "nobody listens")) == .later("nobody listens"))
    }
}
