import Decisions
import Events
import Formats
import Platform

/// Runs the programs of `modules/`, one after the other, on a thread of its own: they may take their time, and nothing else
/// waits for them.
final class ModuleRunner: Sendable {
    /// Questions that wait; more are answered with a failure.
    private static let maxWaiting = 10_000
    /// What those may hold together.
    private static let maxWaitingBytes = 64 << 20

    private struct Question: Sendable {
        var event: Identifier
        var name: String
        var call: ModuleCall
    }

    private struct Waiting: Sendable {
        var questions = 0
        var bytes = 0
    }

    private let mailbox = Mailbox<Question>()
    private let waiting = Guarded(Waiting())
    private let answer: @Sendable (_ event: Identifier, _ question: String, ModuleOutcome) -> Void
    private let thread = Guarded<SystemThread?>(nil)

    init(answer: @escaping @Sendable (_ event: Identifier, _ question: String, ModuleOutcome) -> Void) {
        self.answer = answer
    }

    func start() throws {
        let started = try SystemThread(name: "itp-modules") { [self] in run() }
        thread.with { $0 = started }
    }

    /// Ends the program that runs, and the thread. What was not answered is asked again after the next start.
    func stop() {
        mailbox.close()
        thread.with { $0 }?.join()
    }

    func ask(_ event: Identifier, _ question: String, _ call: ModuleCall) {
        let bytes = call.input.count
        let takes = waiting.with { waiting in
            guard waiting.questions < ModuleRunner.maxWaiting, waiting.bytes + bytes <= ModuleRunner.maxWaitingBytes
            else { return false }
            waiting.questions += 1
            waiting.bytes += bytes
            return true
        }
        guard takes else { return answer(event, question, .failed("too many events wait for modules")) }
        mailbox.post(Question(event: event, name: question, call: call))
    }

    private func run() {
        while !mailbox.isClosed {
            guard let question = mailbox.take(1).first else {
                mailbox.wait(seconds: 3600)
                continue
            }
            let outcome = outcome(of: question.call)
            waiting.with { waiting in
                waiting.questions -= 1
                waiting.bytes -= question.call.input.count
            }
            // What was cut short by the stop has no answer yet.
            guard !mailbox.isClosed else { return }
            answer(question.event, question.name, outcome)
        }
    }

    private func outcome(of call: ModuleCall) -> ModuleOutcome {
        // Since the configuration was read, somebody may have changed the file.
        if let fault = ModuleFile.fault(at: call.program) { return .failed(fault) }
        let limits = ModuleProcess.Limits(timeMilliseconds: call.timeoutSeconds * 1000)
        let mailbox = mailbox
        switch ModuleProcess.run(call.program, input: call.input, limits: limits, isCancelled: { mailbox.isClosed }) {
        case .answered(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { return .failed("its answer is no UTF-8") }
            return .wrote(text)
        case .failed(let reason):
            return .failed(reason)
        }
    }
}
