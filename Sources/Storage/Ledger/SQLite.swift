import CSQLite
import Formats

/// What SQLite refused to do, and why.
public struct SQLiteError: Error, Sendable, Equatable {
    /// What was asked: a statement, or `open`.
    public var what: String
    /// The extended result code.
    public var code: Int32
    /// SQLite's own words.
    public var message: String
}

extension SQLiteError: CustomStringConvertible {
    /// The error as one line.
    public var description: String { "SQLite: \(message) (code \(code)) in: \(what)" }
}

/// A value as SQLite keeps it.
enum SQLiteValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    /// The sixteen bytes of an identifier, as a blob.
    case identifier(Identifier)
}

/// A statement's text as a key. Statements are long and few, and every one is looked up with each use: so not the whole text
/// is hashed but its length and its last sixteen bytes.
private struct StatementText: Hashable {
    let sql: String

    func hash(into hasher: inout Hasher) {
        let bytes = unsafe sql.utf8.span.bytes
        let count = bytes.byteCount
        hasher.combine(count)
        if count >= 16 {
            hasher.combine(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: count - 16, as: UInt64.self))
            hasher.combine(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        }
    }
}

/// One connection. It belongs to one owner at a time; statements are prepared once and kept.
@safe final class SQLiteConnection {
    private var handle: OpaquePointer?
    private var statements: [StatementText: OpaquePointer] = unsafe [:]

    /// SQLite is configured once, before its first use. It works as well where that is refused.
    private static let isConfigured = itp_sqlite_configure() == SQLITE_OK

    enum Mode {
        case readWrite
        case readOnly
    }

    /// Opens a database; `:memory:` is one that lives with the connection.
    init(path: String, _ mode: Mode) throws(SQLiteError) {
        let flags =
            mode == .readOnly
            ? SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
            : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        _ = SQLiteConnection.isConfigured
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        unsafe handle = opened
        guard code == SQLITE_OK else {
            let error = lastError("open \(path)", code)
            unsafe sqlite3_close_v2(opened)
            unsafe handle = nil
            throw error
        }
        unsafe sqlite3_extended_result_codes(opened, 1)
        unsafe sqlite3_busy_timeout(opened, 5000)
    }

    deinit {
        // A loop over the values would need a spelling that the formatter does not know.
        var kept = unsafe statements.values.makeIterator()
        while let statement = unsafe kept.next() { unsafe sqlite3_finalize(statement) }
        unsafe sqlite3_close_v2(handle)
    }

    /// Runs statements that give no rows, separated by `;`. For schema and transactions.
    func script(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw lastError(sql, code) }
    }

    /// Runs a statement that gives no rows.
    func run(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) {
        _ = try rows(sql, values) { _ in () }
    }

    /// The first row of a statement, read by `read`; nil where there is none.
    func first<Result>(
        _ sql: String, _ values: SQLiteValue..., read: (SQLiteRow) -> Result
    ) throws(SQLiteError) -> Result? {
        try rows(sql, values, limit: 1, read).first
    }

    /// All rows of a statement, each read by `read`.
    func all<Result>(
        _ sql: String, _ values: SQLiteValue..., read: (SQLiteRow) -> Result
    ) throws(SQLiteError) -> [Result] {
        try rows(sql, values, read)
    }

    /// All rows of a statement with a list of values, each read by `read`.
    func rows<Result>(
        _ sql: String, _ values: [SQLiteValue], limit: Int = .max, _ read: (SQLiteRow) -> Result
    ) throws(SQLiteError) -> [Result] {
        let statement = unsafe try prepared(sql)
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let code = unsafe bind(statement, Int32(index + 1), value)
            guard code == SQLITE_OK else { throw lastError(sql, code) }
        }
        var results: [Result] = []
        while true {
            let code = unsafe sqlite3_step(statement)
            if code == SQLITE_DONE { return results }
            guard code == SQLITE_ROW else { throw lastError(sql, code) }
            results.append(read(unsafe SQLiteRow(statement: statement)))
            if results.count == limit { return results }
        }
    }

    /// Whether a transaction has been begun that is not over.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// The row number of the last insert.
    var lastRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// How many rows the last statement changed or removed.
    var changes: Int { Int(unsafe sqlite3_changes(handle)) }

    /// The statements that have run so far, for looking at their plans.
    var statementTexts: [String] { unsafe statements.keys.map(\.sql) }

    private func prepared(_ sql: String) throws(SQLiteError) -> OpaquePointer? {
        let key = StatementText(sql: sql)
        if let statement = unsafe statements[key] { return unsafe statement }
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK else { throw lastError(sql, code) }
        unsafe statements[key] = statement
        return unsafe statement
    }

    private func bind(_ statement: OpaquePointer?, _ index: Int32, _ value: SQLiteValue) -> Int32 {
        switch value {
        case .null:
            return unsafe sqlite3_bind_null(statement, index)
        case .integer(let number):
            return unsafe sqlite3_bind_int64(statement, index, number)
        case .text(let text):
            var text = text
            return text.withUTF8 { bytes in
                guard let base = bytes.baseAddress else {
                    return unsafe itp_sqlite_bind_text(statement, index, "", 0)
                }
                return unsafe base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { letters in
                    unsafe itp_sqlite_bind_text(statement, index, letters, Int32(bytes.count))
                }
            }
        case .blob(let bytes):
            return unsafe bytes.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress else {
                    return unsafe sqlite3_bind_zeroblob(statement, index, 0)
                }
                return unsafe itp_sqlite_bind_blob(statement, index, base, Int32(buffer.count))
            }
        case .identifier(let identifier):
            // In the order of the bytes, whatever the machine's own is.
            let words = (identifier.high.bigEndian, identifier.low.bigEndian)
            return unsafe withUnsafeBytes(of: words) { buffer in
                unsafe itp_sqlite_bind_blob(statement, index, buffer.baseAddress, Int32(buffer.count))
            }
        }
    }

    private func lastError(_ what: String, _ code: Int32) -> SQLiteError {
        let message = unsafe handle == nil ? "out of memory" : String(cString: sqlite3_errmsg(handle))
        return SQLiteError(what: what, code: code, message: message)
    }
}

/// The row at which a statement stands; valid only while it is read.
@safe struct SQLiteRow {
    fileprivate let statement: OpaquePointer?

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(statement, column) == SQLITE_NULL }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func text(_ column: Int32) -> String {
        guard let letters = unsafe sqlite3_column_text(statement, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: letters, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// An identifier; all zeroes where the blob is none.
    func identifier(_ column: Int32) -> Identifier {
        guard let bytes = unsafe sqlite3_column_blob(statement, column),
            unsafe sqlite3_column_bytes(statement, column) == 16
        else { return Identifier(high: 0, low: 0) }
        return Identifier(
            high: UInt64(bigEndian: unsafe bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = unsafe sqlite3_column_blob(statement, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    func optionalBlob(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
