import Formats
import Testing

@Suite("Comma-separated values")
struct CSVTests {
    @Test(
        "a cell is quoted where it must be, and no spreadsheet takes one for a formula",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""),
            ("two\nlines", "\"two\nlines\""), ("\r", "\"\r\""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"), (" \t=1", "' \t=1"), ("=\"x\"", "\"'=\"\"x\"\"\""), ("a=1", "a=1"), ("é", "é"),
        ])
    func cells(cell: String, written: String) {
        #expect(String(decoding: CSV.record(["a", cell, "b"]), as: UTF8.self) == "a,\(written),b\r\n")
    }
}
