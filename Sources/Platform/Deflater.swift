import CZlib

/// Compresses bytes; `Inflater` takes them apart again.
public enum Deflater {
    /// The bytes as a zlib stream (RFC 1950); nil where zlib has no memory.
    public static func zlib(_ bytes: [UInt8]) -> [UInt8]? {
        var isMade = false
        let room = Int(compressBound(UInt(bytes.count)))
        let out = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            var length = UInt(room)
            let code = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe compress2(
                    buffer.baseAddress, &length, input.baseAddress, UInt(input.count), Z_DEFAULT_COMPRESSION)
            }
            isMade = code == Z_OK
            count = isMade ? Int(length) : 0
        }
        return isMade ? out : nil
    }
}
