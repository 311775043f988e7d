import Glibc
import Mapping
import Platform
import Settings
import Testing

/// Every shipped source against its samples in `Tests/Fixtures/sources`: a folder each, beside each request the events
/// expected of it.
///
/// `ITP_UPDATE_SAMPLES=1 swift test --filter ShippedSource` writes what comes out now; read the difference before it is kept.
struct ShippedSourceTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/sources"

    @Test(
        "a shipped source gives the events of its samples",
        arguments: ShippedSources.names.filter { !ShippedSources.mailNames.contains($0) })
    func samples(_ name: String) throws {
        let (loaded, findings) = loadSource(name, "Auth=none")
        #expect(findings == [])
        let source = try #require(loaded)
        let folder = "\(Self.folder)/\(name)"
        let files = try SystemDisk().list(folder).filter { !$0.hasSuffix(".events") }.sorted()
        #expect(files.count >= 2, "\(name) has too few samples")
        for file in files {
            let bytes = try Files.read("\(folder)/\(file)", maxBytes: 1 << 20)
            let events = SourceMapper.events(of: SourceSample.request(file: file, bytes, source: name), source)
            let text = SourceSample.text(events)
            if getenv("ITP_UPDATE_SAMPLES") != nil {
                let handle = try #require(fopen("\(folder)/\(file).events", "w"))
                fputs(text, handle)
                fclose(handle)
                continue
            }
            let expected = String(
                decoding: try Files.read("\(folder)/\(file).events", maxBytes: 1 << 20), as: UTF8.self)
            #expect(SourceSample.difference(expected, text) == nil, "\(name)/\(file)")
        }
    }

    @Test("every sender that is promised is shipped")
    func complete() {
        #expect(
            ShippedSources.names.filter { !ShippedSources.mailNames.contains($0) } == [
                "alertmanager", "auvik", "aws-sns", "azure-monitor", "cloudevents", "datto-rmm", "domotz", "form",
                "grafana", "icinga2", "kaseya-vsa9", "kaspersky", "meraki", "n-central", "nagios", "netwrix",
                "ninjaone",
                "proxmox", "prtg", "standard-webhooks", "syncro", "synology", "tactical-rmm", "uptime-kuma", "vsax",
                "zabbix",
            ])
    }

    @Test("a shipped source is closed until the configuration names it, and lets nobody in by itself")
    func closed() {
        let (source, findings) = loadSource("zabbix", "Tenants=primary")
        #expect(source == nil)
        #expect(findings.contains { $0.contains("has no Auth=") })
    }
}
