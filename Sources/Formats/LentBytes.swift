extension [UInt8] {
    /// Appends bytes that are lent, in one piece. Another array's are lent by its `span`: given as the array itself it would be
    /// kept alive meanwhile, which costs as much as copying a short one.
    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
