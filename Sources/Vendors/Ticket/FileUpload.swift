import Events
import Formats

/// A file in the form in which a PSA takes it.
struct FileUpload: Sendable, Equatable {
    var body: [UInt8]
    var contentType: String

    init(_ json: JSON) {
        body = json.bytes
        contentType = "application/json"
    }

    /// A form with the file as its last part.
    init(form fields: [(String, String)], _ file: EventFile) {
        // One that stands nowhere in the file.
        var number = 0
        var boundary: String
        repeat {
            boundary = "itp-7d0f4c1b9a3e4f6f8b2d-\(number)"
            number += 1
        } while file.bytes.firstRange(of: Array(boundary.utf8)) != nil
        contentType = "multipart/form-data; boundary=" + boundary
        body = []
        body.reserveCapacity(file.bytes.count + 2048)
        let head = "--\(boundary)\r\nContent-Disposition: form-data; "
        for (name, value) in fields { body += Array("\(head)name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8) }
        body += Array("\(head)name=\"file\"; filename=\"\(file.name)\"\r\n".utf8)
        body += Array("Content-Type: \(file.mediaType)\r\n\r\n".utf8)
        body += file.bytes
        body += Array("\r\n--\(boundary)--\r\n".utf8)
    }

    /// The call that carries it.
    func call(_ url: String, _ headers: [VendorCall.Header]) -> VendorCall {
        VendorCall(
            method: "POST", url: url, headers: headers + [VendorCall.Header("Content-Type", contentType)], body: body)
    }
}

extension EventFile {
    /// The file where it is no longer than that.
    func within(_ bytes: Int, of system: String) throws(Unresolved) -> EventFile {
        guard self.bytes.count <= bytes else {
            throw .refused("\(system) takes no file of \(self.bytes.count) bytes, only of \(bytes)")
        }
        return self
    }

    /// Its media type, where it is one.
    var mediaType: String {
        let isType =
            type.split(separator: "/", omittingEmptySubsequences: false).count == 2
            && type.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ";") }
        return isType ? type : "application/octet-stream"
    }
}
