import Glibc

extension Files {
    /// The path of the running program, so that it can start itself again as a child.
    public static func executablePath() throws(SystemError) -> String {
        let link = "/proc/self/exe"
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try check("readlink", on: link) { unsafe readlink(link, &buffer, Int(PATH_MAX)) }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
