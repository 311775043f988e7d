import Dispatch
import Events
import Formats
import Glibc
import Platform

/// Keeps files that could not be attached, in `data/MissingAttachments`; writes them one after the other on a queue of its own.
final class MissingFiles: Sendable {
    /// Files that the folder may hold; a further one is told and not kept.
    private static let countLimit = 10_000

    private let folder: String
    private let log: Log
    private let queue = DispatchQueue(label: "itp-missing-files")
    private let isKept: @Sendable (Int64) -> Void

    /// `isKept` hears of each file once it need not be kept elsewhere.
    init(dataFolder: String, log: Log, isKept: @escaping @Sendable (Int64) -> Void) {
        folder = dataFolder + "/MissingAttachments"
        self.log = log
        self.isKept = isKept
    }

    func keep(_ missing: MissingFile) {
        queue.async { [self] in
            let (event, name, reason) = (missing.event.description, missing.file.name, missing.reason)
            do {
                try write(missing)
                log.warning(
                    "a file is not attached to its ticket; it is kept",
                    ["event": event, "file": name, "reason": reason, "path": "\(folder)/\(missing.keptName)"])
                isKept(missing.number)
            } catch {
                // The ledger keeps it: the next start tries again.
                log.error(
                    "a file is not attached to its ticket, and cannot be kept",
                    ["event": event, "file": name, "reason": reason, "error": "\(error)"])
            }
        }
    }

    private func write(_ missing: MissingFile) throws {
        if access(folder, F_OK) != 0 { try check("mkdir", on: folder) { mkdir(folder, 0o700) } }
        let names = try SystemDisk().list(folder)
        guard names.count < MissingFiles.countLimit || names.contains(missing.keptName) else {
            throw MissingFilesError.full(folder: folder, files: names.count)
        }
        try Files.replace("\(folder)/\(missing.keptName)", with: missing.file.bytes)
    }
}

/// Why a file cannot be kept.
private enum MissingFilesError: Error, CustomStringConvertible {
    case full(folder: String, files: Int)

    var description: String {
        switch self {
        case .full(let folder, let files): "\(folder) holds \(files) files already: remove those that nobody needs"
        }
    }
}
