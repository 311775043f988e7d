import Events

/// Stage 10: `Act` remediates and goes on with the result; `Req` runs a procedure and never becomes a ticket. Without an
/// RMM neither can start.
enum RemediationStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        switch work.parsed?.monitor.action {
        case .act:
            work.remediation = .fail
            work.note(.remediation, saw: "action Act", "Fail: no RMM is configured")
            return .next
        case .request:
            work.note(.remediation, saw: "action Req", "cannot start: no RMM is configured")
            return .end(.failed, reason: "the procedure cannot start: no RMM is configured")
        default:
            return .next
        }
    }
}
