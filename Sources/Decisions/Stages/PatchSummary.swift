import Events
import Formats
import Settings

/// PFS, a module of stage 7: the first patch failure of an agent is held for a while; later ones of that agent are taken
/// into it; then it goes on with the list of what failed.
enum PatchSummary {
    /// The name of the hold among an event's inputs.
    static let hold = Hold.inputPrefix + "PFS"
    /// Patches that a list names at most, and the letters of one.
    private static let listLimit = 200
    private static let patchLength = 200

    /// Whether `[PROCESSING]` sends the event here.
    static func takes(_ work: Work, _ context: Context) -> Bool { rule(work, context) != nil }

    private static func rule(_ work: Work, _ context: Context) -> ProcessingRule? {
        guard let monitor = work.parsed?.monitor, !context.settings.global.processing.isEmpty,
            let rule = context.settings.global.processing[joined(monitor.category, ":", monitor.name)],
            rule.module == "PFS"
        else { return nil }
        return rule
    }

    /// Whether duplicates do not count now: the event was held itself, or it comes while its agent's hold is open.
    static func isHolding(_ work: Work, _ context: Context, _ memory: some Memory) throws -> Bool {
        if context.inputs[hold] != nil { return true }
        guard takes(work, context) else { return false }
        return try memory.hold(key(of: work.event)) != nil
    }

    static func run(
        _ work: inout Work, _ context: Context, _ rule: RuleReference, _ memory: some Memory
    ) throws -> StageResult {
        let key = key(of: work.event)
        let open = try memory.hold(key)
        if context.inputs[hold] != nil {
            if let open, open.event == work.event.id { appendList(open, &work) }
            work.note(
                .module, saw: "held until \(context.now)", "goes on with \(open?.taken ?? 0) more failures", rule)
            return .next
        }
        let patch = patch(of: work)
        if let open {
            let isNew = !open.patches.contains(patch) && open.patches.count < listLimit
            work.changes.append(.addToHold(key: key, patch: isNew ? patch : nil))
            work.note(.module, saw: "event \(open.event) is held until \(open.until)", "'\(patch)' added to it", rule)
            return .end(.summarised, reason: "PFS: added to the patch failure \(open.event)")
        }
        let until = context.now + context.settings.global.patchSummaryPeriod
        let new = PatchHold(
            event: work.event.id, problem: PolicyStage.problem(of: work), until: until, patches: [patch], taken: 0)
        return .park(Hold(name: hold, until: until, changes: work.changes + [.openHold(key: key, new)]))
    }

    /// A resolved event cancels what is held for the same problem, unless other patches have been taken into it.
    static func resolve(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> StageResult {
        guard let rule = rule(work, context), let open = try memory.hold(key(of: work.event)),
            open.problem == PolicyStage.problem(of: work)
        else { return .next }
        let saw = "resolved; event \(open.event) of the same problem is held until \(open.until)"
        if open.patches.count > 1 {
            work.note(
                .policy, saw: saw, "stays held: patches of other alerts are in it as well", rule.reference)
        } else {
            work.changes.append(
                .cancelHold(event: open.event, name: hold, reason: "resolved by event \(work.event.id)"))
            work.note(.policy, saw: saw, "the held event is cancelled", rule.reference)
        }
        return .next
    }

    private static func appendList(_ held: PatchHold, _ work: inout Work) {
        guard held.taken > 0 else { return }
        let others = held.patches.dropFirst()
        let count = "\(held.taken) more patch failure\(held.taken == 1 ? "" : "s") of this agent"
        let list =
            others.isEmpty ? "\(count), of the same patch." : ([count + ":"] + others).joined(separator: "\n")
        work.event.body = [work.event.body.trimmed, list].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// Holds are an agent's; without one as duplicates are told apart.
    private static func key(of event: Event) -> String { DuplicateStage.key(ofPlace: event) }

    /// The first KB number in the data fields, else in the body, else the body's first line, else the subject.
    private static func patch(of work: Work) -> String {
        let texts = (work.parsed?.data ?? []) + [work.event.body]
        if let number = texts.lazy.compactMap({ knowledgeBaseNumber(in: $0) }).first { return number }
        let line = work.event.body.trimmed.prefix { !$0.isNewline }
        return String((line.isEmpty ? work.event.subject[...] : line).prefix(patchLength)).trimmed
    }

    /// `KB` and the digits behind it, where no letter or digit stands before.
    static func knowledgeBaseNumber(in text: String) -> String? {
        let isWord = { (byte: UInt8) in
            byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                || lowercased(byte) >= UInt8(ascii: "a") && lowercased(byte) <= UInt8(ascii: "z")
        }
        let isDigit = { (byte: UInt8) in byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        let bytes = Array(text.utf8)
        for start in bytes.indices.dropLast(2)
        where lowercased(bytes[start]) == UInt8(ascii: "k") && lowercased(bytes[start + 1]) == UInt8(ascii: "b")
            && isDigit(bytes[start + 2]) && (start == 0 || !isWord(bytes[start - 1]))
        {
            let digits = bytes[(start + 2)...].prefix { isDigit($0) }.prefix(patchLength)
            return "KB" + String(decoding: digits, as: UTF8.self)
        }
        return nil
    }
}
