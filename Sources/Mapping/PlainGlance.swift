import Formats

extension PlainAlerts {
    /// Whether a look at a body is enough to know that it is a single alert, without a fault and without a warning. False says
    /// nothing: then it has to be read.
    ///
    /// Alerts are read after they are kept; before that it only has to be known that they can be, which costs far less.
    public static func isSurelyOne(_ body: Span<UInt8>) -> Bool {
        var reader = FlatJSON()
        var seen: UInt32 = 0
        while true {
            switch reader.next(body) {
            case .text(let name, let value):
                guard let field = PlainField.named(body.extracting(name)),
                    field.surelyTakes(body.extracting(value)), isFirst(field, &seen)
                else { return false }
            case .number(let name, let value):
                guard let field = PlainField.named(body.extracting(name)),
                    field.surelyTakes(digits: body.extracting(value)), isFirst(field, &seen)
                else { return false }
            case .end: return seen & 1 << PlainField.subject.rawValue != 0
            case .unsure: return false
            }
        }
    }

    /// Of a repeated name the last counts, which is left to the reader.
    private static func isFirst(_ field: PlainField, _ seen: inout UInt32) -> Bool {
        let bit: UInt32 = 1 << UInt32(field.rawValue)
        defer { seen |= bit }
        return seen & bit == 0
    }
}

extension PlainField {
    /// Whether a text, as it is written between its quotes, is surely one for this field.
    fileprivate func surelyTakes(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .subject:
            // A letter that can be seen; an escape may be a blank.
            text.count > 0 && text[0] > 0x20 && text[0] < 0x7F && text[0] != UInt8(ascii: "\\")
        case .body, .agent, .agentId, .group, .os, .org, .orgId, .msp, .serviceLevel, .severity, .category, .key,
            .eventType,
            .eventCode, .link:
            true
        case .state: PlainField.matches(text, "firing") || PlainField.matches(text, "resolved")
        case .priority: text.count == 1 && text[0] >= UInt8(ascii: "1") && text[0] <= UInt8(ascii: "9")
        case .hostClass, .customFields, .occurredAt, .lastCheckIn, .attachments: false
        }
    }

    /// Whether a whole number is surely something for this field.
    fileprivate func surelyTakes(digits: Span<UInt8>) -> Bool {
        switch self {
        case .subject, .body, .state: false
        default: surelyTakes(digits)
        }
    }

    private static func matches(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { letters in
            text.count == letters.count && letters.indices.allSatisfy { text[$0] == letters[$0] }
        }
    }
}
