public import Glibc

/// A system call that failed: which, on what, and the kernel's reason.
public struct SystemError: Error, Sendable, Equatable {
    /// The call's name, for instance `fdatasync`.
    public var call: String
    /// What it was called on: a path, an address.
    public var subject: String
    /// The `errno` that it left.
    public var code: Int32

    /// Makes an error; `code` defaults to the present `errno`.
    public init(call: String, subject: String, code: Int32 = errno) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// ENOSPC: for modules that tell a full disk from a broken one without importing libc.
    public static let outOfSpace: Int32 = ENOSPC
    /// ENOENT: there is no such file.
    public static let notFound: Int32 = ENOENT
    /// EROFS: nothing can be written here.
    public static let readOnly: Int32 = EROFS
    /// ENOMEM.
    public static let outOfMemory: Int32 = ENOMEM
    /// EBADMSG: what was read is not what was written.
    public static let damaged: Int32 = EBADMSG

    /// Whether the disk, or the quota, is full: later it may not be.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
}

extension SystemError: CustomStringConvertible {
    /// For instance `open /data/ledger.db: Permission denied (errno 13)`.
    public var description: String {
        let reason = unsafe String(cString: strerror(code))
        return "\(call) \(subject): \(reason) (errno \(code))"
    }
}

/// Runs a system call that reports failure as a negative value, again while it is interrupted (EINTR), and throws
/// `SystemError` for any other failure. This is the one place that handles `errno`.
@discardableResult
public func check<Result: SignedInteger>(
    _ call: String, on subject: @autoclosure () -> String, _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SystemError(call: call, subject: subject(), code: code) }
    }
}
