import Platform

/// Who carries what leaves this machine: calls on one thread, mails on another. While libcurl waits for a mail server's word on a
/// mail, or for its farewell, the whole thread waits (libcurl 7.88, `smtp_block_statemach`); no ticket or page may wait for that.
struct Couriers: Sendable {
    let calls: Courier
    let mails: Courier

    /// Starts both threads.
    init(version: String) throws {
        calls = try Courier(Courier.Settings(version: version))
        mails = try Courier(Courier.Settings(version: version), name: "mail-courier")
    }

    /// Ends both; what is under way ends as ambiguous.
    func stop() {
        calls.stop()
        mails.stop()
    }
}
