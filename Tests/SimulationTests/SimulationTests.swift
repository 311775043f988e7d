import Events
import Formats
import Glibc
import Platform
import Settings
import TestSupport
import Testing

@testable import Sandbox

/// The service against kills, power losses, lost answers and late calls. A failing seed is printed; run it alone with
/// `ITP_SIMULATION_SEED=N swift test --filter Simulation`.
@Suite struct SimulationTests {
    static let connectWise = """
        PSA_Type=CWF
        PSA_URL=http://127.0.0.1:9090/connectwise
        PSA_AV1=itp
        PSA_AV2=sandbox-public
        PSA_AV3=sandbox-private
        PSA_ClientID=6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11
        PSA_CW_Board=Alerts
        """

    private static let configuration = """
        [GLOBAL]
        DeDupPeriod=1
        VsaAdminEmail=admin@msp.example
        [RMM_SETTINGS]
        {account}
        WD_End=00:00
        WE_End=00:00
        NotifyProcess=Email
        NotifyEmail=page@msp.example
        NotifyPriority=9
        NotifyControl=1
        PageWait=20
        [ORG acme]
        Name=Acme Dental
        [PROCESSING]
        STS:MB-OFF=ITP-PRC-STS.mod
        PCH:MB-PATCH=ITP-PRC-PFS.mod
        [ALERT REWRITE]
        EVT|Print|=CANCEL
        """

    /// The same with all that the ticket policy can do.
    static let flow = """

        [TICKET FLOW]
        ConsolidationInterval=120
        TicketFloodLimit=4
        TicketFloodInterval=600
        FlapThreshold=2
        FlapInterval=300
        UpdateInterval=3600
        DisplayOnlyFirstActivityRecord=N
        """

    /// The same, where what repeats say is attached. What is collected would be in files, which nobody looks into here.
    static let recordFlow = flow.replacing("=120", with: "=0").replacing("Record=N", with: "Record=Y")

    static func settings(
        _ more: String = "", account: String = SimulationTests.connectWise, mail: Bool = false
    ) throws -> Settings {
        let service = mail ? "[MAIL]\nURL=smtp://127.0.0.1:1\nFrom=itp@msp.example\n" : ""
        let configuration = configuration.replacing("{account}", with: account)
        let files = ConfigurationFiles(files: [
            .init(name: "ITPConfig.ini", bytes: Array((configuration + more).utf8)),
            .init(
                name: "ITPSvcCfg.ini",
                bytes: Array((service + (more.isEmpty ? "" : "[SOURCE api]\nAutoClose=Y\n")).utf8)),
        ])
        let loaded = Settings.load(
            files, zones: zones, patterns: RegularExpression.compiler
        ) { reference throws(SecretFault) in
            throw SecretFault(reference)
        }
        return try #require(loaded.settings, "\(loaded.findings)")
    }

    /// How many seeds a run takes: as many as usual, or what `make soak` asks for.
    static func seeds(_ usual: UInt64) -> ClosedRange<UInt64> {
        if let one = getenv("ITP_SIMULATION_SEED").flatMap({ UInt64(String(cString: $0)) }) { return one...one }
        let asked = getenv("ITP_SOAK_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? usual
        return 1...max(1, asked)
    }

    /// Two lanes of seeds, each on a thread of its own beside the other tests.
    @Test("no accepted alert is lost and no ticket is made twice, whatever fails", arguments: [0, 1] as [UInt64])
    func everythingIsAccountedFor(_ part: UInt64) async throws {
        let plain = try Self.settings()
        let flow = try Self.settings(Self.flow)
        let records = try Self.settings(Self.recordFlow)
        let seeds = Self.seeds(600).filter { $0 % 2 == part }
        let dangers = try await inTurn {
            // Of four seeds in a row one has the plain policy, which is also what most installations begin with.
            try Self.run(seeds, ConnectWiseSandbox()) { seed in
                seed / 2 % 4 == 0 ? plain : seed / 2 % 8 == 1 ? records : flow
            }
        }
        guard seeds.count >= 100 else { return }
        for danger in [
            "kill", "power loss", "killed during a POST", "killed before a commit", "killed after a commit",
            "killed during an append", "late POST", "lost answer to a POST", "closed ticket", "touched ticket",
            "merged ticket",
            "killed while a patch failure was held", "killed during a PATCH",
            "a patch failure taken into another", "storm", "updated", "noted", "reopened", "closed", "consolidated",
            "flooded", "attached",
            "killed while a page was held", "a page that was cancelled", "a number that followed its page",
        ] {
            #expect(dangers[danger, default: 0] > 0, "no seed met this: \(danger)")
        }
    }

    /// Runs each seed's world to its end and gives what they met; stops at the first that breaks a promise.
    static func run(
        _ seeds: [UInt64], _ psa: any VendorSandbox, outages: Bool = false, _ settings: (UInt64) -> Settings
    ) throws -> [String: Int] {
        var dangers: [String: Int] = [:]
        for seed in seeds {
            var world = try World(seed: seed, alerts: 16, settings: settings(seed), psa: psa, outages: outages)
            try world.run()
            try world.examine()
            dangers.merge(world.dangers) { $0 + $1 }
            guard world.violations.isEmpty else {
                Issue.record("seed \(seed), \(world.kills) kills: \(world.violations.joined(separator: "; "))")
                break
            }
        }
        return dangers
    }

    @Test("the simulation notices a lane that sends again without waiting for the quiet period")
    func aLaneThatDoesNotWaitIsNoticed() async throws {
        let settings = try Self.settings()
        let isNoticed = try await inTurn {
            let psa = ConnectWiseSandbox()
            for seed in 1...400 as ClosedRange<UInt64> {
                var world = try World(
                    seed: seed, alerts: 12, settings: settings, psa: psa, quietPeriod: Instant.Span(milliseconds: 0))
                try world.run()
                try world.examine()
                if world.violations.contains(where: { $0.contains("tickets were made for event") }) { return true }
            }
            return false
        }
        #expect(isNoticed, "400 seeds without a second ticket: the simulation cannot see one")
    }
}

/// The host is in UTC, and there is no other zone.
private let zones: ZoneResolver = { name throws(ZoneFault) in
    guard name.isEmpty else { throw ZoneFault("there is no zone '\(name)'") }
    return TZif.bytes(rule: "UTC0")
}
