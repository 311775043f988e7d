import Events
import Formats
import Settings

/// What an RMM is asked, and what its answers mean. Whoever adds an RMM adds one of these; the order of the steps, what is
/// tried again, and that nothing is started twice is `RunJob`'s.
protocol RMMSystem: Sendable {
    /// As reasons name it.
    var name: String { get }
    /// Texts that nobody may read in a reason.
    var secrets: [String] { get }

    /// Why a run is none for this RMM, as half a sentence; nil where it is.
    func refusal(_ run: ProcedureRun) -> String?

    /// Whether calls need a session.
    var hasSessions: Bool { get }
    /// The call that signs in; nil where there is no session.
    func signIn() -> VendorCall?
    /// The session in an answer to it; nil where there is none.
    func session(in reply: VendorReply, _ now: Instant) -> RMMSession?

    /// The next question before a run can be started; nil where nothing is left to ask.
    func question(_ progress: RunProgress, _ run: ProcedureRun, _ session: RMMSession) -> VendorCall?
    /// What an answer to it tells.
    func learn(_ reply: VendorReply, _ progress: inout RunProgress, _ run: ProcedureRun) -> RMMAnswer

    /// The call that starts the run.
    func start(_ progress: RunProgress, _ order: RunOrder, _ session: RMMSession) -> VendorCall
    /// What the RMM calls the run that it has started; nil where it says nothing.
    func runID(in reply: VendorReply) -> String?

    /// The look at a run, the `turn`th; nil where the RMM tells by itself.
    func look(_ progress: RunProgress, _ run: ProcedureRun, _ session: RMMSession, turn: Int) -> VendorCall?
    /// What a look shows.
    func seen(_ reply: VendorReply, _ progress: RunProgress, _ run: ProcedureRun, turn: Int) -> RunSight
    /// What the RMM says by itself; `unseen` where that is only a reason to look.
    func told(_ body: [UInt8], _ run: ProcedureRun) -> RunSight

    /// How an answer is meant.
    func meaning(of reply: VendorReply) -> RMMMeaning
}

extension RMMSystem {
    var hasSessions: Bool { true }

    func refusal(_ run: ProcedureRun) -> String? { nil }
}

/// A session with an RMM.
struct RMMSession: Sendable, Equatable {
    var token: String
    var until: Instant

    /// What takes the place of one where there are none.
    static let none = RMMSession(token: "", until: Instant(milliseconds: .max))
}

/// What a question before the start was answered with.
enum RMMAnswer: Sendable, Equatable {
    /// It is known now.
    case known
    /// The run must not be started; why, as half a sentence.
    case refused(String)
}

/// What is seen of a run.
enum RunSight: Sendable, Equatable {
    /// Nothing.
    case unseen
    /// It runs, or is about to.
    case running
    /// It has ended; whether well, and in whose words.
    case ended(isGood: Bool, String)
}

/// How an RMM's answer is meant.
enum RMMMeaning: Sendable, Equatable {
    /// It did what it was asked.
    case done
    /// The session has ended, or the credentials are wrong; nothing was done.
    case unauthenticated
    /// It does not do that; nothing was done. Its words.
    case refused(String)
    /// Not now; nothing was done.
    case busy(String)
    /// It has failed; what was asked may have been done.
    case unclear(String)
}
