/// Compares secrets in a time that depends on their lengths alone, so that nobody can find one byte by byte.
public enum SecretComparison {
    /// Whether both are the same. A difference in length shows in the time taken; their content does not.
    @inline(never)
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }

    /// Whether both are the same, without a copy of what was sent.
    @inline(never)
    public static func equal(_ secret: [UInt8], _ given: Span<UInt8>) -> Bool {
        guard secret.count == given.count else { return false }
        var difference: UInt8 = 0
        for index in secret.indices { difference |= secret[index] ^ given[index] }
        return difference == 0
    }

    /// Whether both texts are the same, byte by byte.
    public static func equal(_ left: String, _ right: String) -> Bool {
        equal(Array(left.utf8), Array(right.utf8))
    }
}
