import Formats
import Glibc
import Service
import Settings
import Testing

@Suite(.enabled(if: access("/usr/share/zoneinfo/Europe/London", R_OK) == 0, "there is no /usr/share/zoneinfo here"))
struct ZoneFolderTests {
    @Test("a zone's file is found by its name, and the host always has a zone")
    func found() throws {
        let london = try TZif(parsing: try ZoneFolder.resolve("Europe/London"))
        #expect(london.footer == "GMT0BST,M3.5.0/1,M10.5.0" && london.changes.count > 50)
        _ = try TZif(parsing: try ZoneFolder.resolve(""))
        _ = try TZif(parsing: try ZoneFolder.resolve("Etc/GMT+5"))
    }

    @Test(
        "no name leads out of the folder",
        arguments: [
            "../../../etc/passwd", "/etc/localtime", "Europe/../../zoneinfo/UTC", "Europe//London", ".", "",
            "tzdata.zi",
            "Europe/London\0",
        ])
    func escape(name: String) {
        // The empty name is the host's zone; below a folder it is none.
        let asked = name.isEmpty ? "Europe/" : name
        #expect(throws: ZoneFault("'\(asked)' is no name of a zone; write Area/City, for instance Europe/London")) {
            _ = try ZoneFolder.resolve(asked)
        }
    }

    @Test("an unknown name is answered with the nearest one")
    func nearest() {
        #expect(throws: ZoneFault("there is no zone 'America/NewYork'; did you mean America/New_York?")) {
            _ = try ZoneFolder.resolve("America/NewYork")
        }
        #expect(throws: ZoneFault("there is no zone 'Nowhere'; write Area/City, for instance Europe/London")) {
            _ = try ZoneFolder.resolve("Nowhere")
        }
    }

    @Test("TZ may be a name, a path, a rule or empty, with a colon or without")
    func environment() throws {
        let london = try ZoneFolder.resolve("Europe/London")
        for value in ["Europe/London", ":Europe/London", "/usr/share/zoneinfo/Europe/London"] {
            #expect(try ZoneFolder.fromEnvironment(value) == london, "\(value)")
        }
        #expect(try ZoneFolder.fromEnvironment("") == TZif.bytes(rule: "UTC0"))
        #expect(
            try ZoneFolder.fromEnvironment("CET-1CEST,M3.5.0,M10.5.0") == TZif.bytes(rule: "CET-1CEST,M3.5.0,M10.5.0"))
        #expect(throws: ZoneFault.self) { _ = try ZoneFolder.fromEnvironment("Nowhere") }
    }
}
