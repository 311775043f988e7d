import Platform
import Service
import Settings
import Vendors

/// `itp check --online`: what the PSAs say of the configuration.
enum OnlineCheck {
    /// Asks every account; what a PSA by mail is expected to know cannot be asked.
    static func findings(_ settings: Settings, _ files: ConfigurationFiles) throws -> [Finding] {
        let courier = try Courier(Courier.Settings(version: Program.version))
        defer { courier.stop() }
        let calls = AccountCalls(courier)
        let clock = SystemClock()
        var findings: [Finding] = []
        for expected in settings.psaExpectations(files) where LaneStation.serves(expected.account.system) {
            var dialogue = AccountDialogue(expected.account, time: { clock.now }, exchange: calls.carryOut)
            for finding in AccountCheck.findings(expected, &dialogue) where !findings.contains(finding) {
                findings.append(finding)
            }
        }
        return findings.sorted { ($0.file, $0.line) < ($1.file, $1.line) }
    }
}
