import Formats
import Sandbox
import Testing

@Suite("ConnectWise's door")
struct AccessTests {
    @Test("anybody may ask where a company lives")
    func companyInfo() throws {
        var client = Client()
        let reply = client.send("GET", "/connectwise/login/companyinfo/itp", headers: [])
        #expect(reply.status == 200)
        #expect(try reply.json()["Codebase"] == "v4_6_release/")
        #expect(client.send("GET", "/connectwise/login/companyinfo/other", headers: []).body == Array("null".utf8))
    }

    @Test(
        "wrong keys are answered with 401 and the vendor's words",
        arguments: [nil, "Basic !", "Bearer x", "Basic " + Base64.encode(Array("itp+sandbox-public:other".utf8))])
    func wrongKeys(authorization: String?) throws {
        var client = Client()
        let headers =
            [("clientId", "9f2ad6a1-3b5c-4d77-8e21-0a4b6c8d0e2f")]
            + (authorization.map { [("authorization", $0)] } ?? [])
        let reply = client.send("GET", "system/info", headers: headers)
        #expect(reply.status == 401)
        #expect(
            try reply.json().compact == #"{"code":"ConnectWiseApi","message":"UserNotAuthenticated","errors":null}"#)
    }

    @Test("a clientId that is missing or no GUID is answered with 403", arguments: [nil, "", "abc"])
    func clientId(id: String?) {
        var client = Client()
        let headers = [("Authorization", Client.authorization)] + (id.map { [("clientId", $0)] } ?? [])
        #expect(client.send("GET", "system/info", headers: headers).status == 403)
    }

    @Test("system/info names the version")
    func systemInfo() throws {
        var client = Client()
        let reply = client.get("system/info")
        #expect(reply.status == 200)
        #expect(reply.header("api-current-version") != nil)
        #expect(reply.header("x-cw-request-id") != nil)
        #expect(try reply.json()["isCloud"] == false)
    }

    @Test("a wrong codebase is refused by the gateway in plain text")
    func codebase() {
        var client = Client()
        let reply = client.get("/connectwise/v2020_1/apis/3.0/system/info")
        #expect(reply.status == 400)
        #expect(String(decoding: reply.body, as: UTF8.self) == "Cannot route. Codebase/company is invalid")
    }

    @Test(
        "what does not exist is 404 and a verb that does not fit is 405",
        arguments: [
            ("GET", "service/nothing", 404), ("GET", "service/boards/99", 404),
            ("GET", "service/boards/99/statuses", 404),
            ("GET", "service/tickets/1", 404), ("GET", "service/tickets/1/notes", 404),
            ("GET", "service/tickets/x", 404),
            ("GET", "service/boards/11/statuses/1201", 404), ("GET", "company/companies/1", 404),
            ("GET", "service/statuses", 404), ("DELETE", "service/tickets", 405), ("PATCH", "service/tickets", 405),
            ("POST", "service/boards", 405), ("DELETE", "company/companies/201", 405), ("POST", "system/info", 405),
            ("GET", "service/tickets/search", 405), ("POST", "service/tickets/count", 405),
        ])
    func notThere(method: String, path: String, status: Int) throws {
        var client = Client()
        let reply = client.send(method, path, body: [:])
        #expect(reply.status == status)
        #expect(try reply.json()["code"]?.string != nil)
    }

    @Test("a slash at the end and unknown parameters are let pass")
    func trailingSlash() throws {
        var client = Client()
        #expect(client.get("service/boards/", [("recordType", "x")]).status == 200)
        #expect(client.send("POST", "service/tickets/", body: Client.body()).status == 201)
    }

    @Test("the managed service provider of the documentation is there")
    func seed() throws {
        var client = Client()
        let names: (JSON) -> [String] = { ($0.array ?? []).compactMap { $0["name"]?.string } }
        #expect(
            names(try client.get("company/companies").json()) == [
                "Acme Dental", "Globex Manufacturing", "Initech Legal", "Umbrella Clinic", "Hooli Retail",
                "Stark Foundry", "Catch All",
            ])
        #expect(names(try client.get("service/boards").json()) == ["Alerts", "Priority Alerts", "Requests"])
        #expect(
            names(try client.get("service/priorities").json()) == ["Critical", "High", "Medium", "Low", "Information"])
        #expect(names(try client.get("service/sources").json()).contains("Monitor Alerts"))
        #expect(try client.ids("company/configurations").count == 6)
        #expect(try client.ids("company/contacts") == [])
        for board in [11, 12] {
            let path = "service/boards/\(board)/"
            #expect(
                names(try client.get(path + "types").json()) == [
                    "Server", "Workstation", "Network", "Active Directory",
                ])
            #expect(
                names(try client.get(path + "subtypes").json()) == ["Services", "Disk", "Infrastructure", "Security"])
            #expect(names(try client.get(path + "items").json()) == ["DHCP", "Capacity", "Schema"])
            #expect(names(try client.get(path + "teams").json()) == ["Service Team"])
            #expect(try client.get(path + "typeSubTypeItemAssociations/count").json() == ["count": 64])
        }
        #expect(try client.ids("service/boards/13/types") == [])
        #expect(
            names(try client.get("service/boards/12/statuses", [("conditions", "closedStatus=true")]).json()) == [
                "Completed", "Closed", "Completed - Auto Remediation",
            ])
        let stark = try client.get("company/companies", [("conditions", "identifier='Stark'")]).json()
        let status = stark.array?.first?["status"]?["id"]?.integer ?? 0
        #expect(try client.get("company/companies/statuses/\(status)").json()["disallowSavingFlag"] == true)
        for path in ["service/severities", "service/impacts", "service/locations", "service/teams", "system/members"] {
            #expect(try !client.ids(path).isEmpty)
        }
    }
}
