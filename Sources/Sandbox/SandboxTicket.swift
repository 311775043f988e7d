public import Formats

/// A ticket as `GET /sandbox/tickets` shows it: one shape for every PSA.
public struct SandboxTicket: Sendable, Equatable {
    /// A note on a ticket.
    public struct Note: Sendable, Equatable {
        /// What it says.
        public var text: String
        /// The names of the vendor's placement flags that are set.
        public var flags: [String]
        /// When it was written, `yyyy-MM-ddTHH:mm:ssZ`.
        public var createdAt: String
    }

    /// A file on a ticket.
    public struct Attachment: Sendable, Equatable {
        /// The file's name.
        public var name: String
        /// How many bytes it has.
        public var bytes: Int
    }

    /// The PSA's word in the sandbox's paths.
    public var psa: String
    /// The PSA's own id of the ticket.
    public var id: Int64
    /// The number that people use.
    public var number: String
    /// The title.
    public var summary: String
    /// The text that was given at creation for customers to see.
    public var description: String?
    /// The text that was given at creation for the staff alone.
    public var internalText: String?
    /// The status by name.
    public var status: String
    /// Whether the status counts as closed.
    public var isClosed: Bool
    /// The company by the identifier that the PSA knows it by.
    public var company: String
    /// The board or queue by name.
    public var board: String
    /// The priority by name.
    public var priority: String?
    /// The type by name.
    public var type: String?
    /// The subtype by name.
    public var subtype: String?
    /// The item by name.
    public var item: String?
    /// The first configuration item by name.
    public var configuration: String?
    /// The sender's own reference.
    public var externalRef: String?
    /// The notes in their order.
    public var notes: [Note]
    /// The files in their order.
    public var attachments: [Attachment] = []
    /// When it was made, `yyyy-MM-ddTHH:mm:ssZ`.
    public var createdAt: String
    /// When it was last changed, `yyyy-MM-ddTHH:mm:ssZ`.
    public var updatedAt: String

    /// The ticket as JSON, under the names that the sandbox documents.
    public var json: JSON {
        [
            "psa": .string(psa), "id": .integer(id), "number": .string(number), "summary": .string(summary),
            "description": .text(description), "internal": .text(internalText), "status": .string(status),
            "closed": .bool(isClosed), "company": .string(company), "board": .string(board),
            "priority": .text(priority), "type": .text(type), "subtype": .text(subtype), "item": .text(item),
            "configuration": .text(configuration), "externalRef": .text(externalRef),
            "notes": .array(
                notes.map { note in
                    [
                        "text": .string(note.text), "flags": .array(note.flags.map { .string($0) }),
                        "createdAt": .string(note.createdAt),
                    ]
                }),
            "attachments": .array(attachments.map { ["name": .string($0.name), "bytes": .integer($0.bytes)] }),
            "createdAt": .string(createdAt), "updatedAt": .string(updatedAt),
        ]
    }
}
