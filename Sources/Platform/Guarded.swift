public import Synchronization

#if TSAN
    public import CPlatform
#endif

/// A value that several threads share, behind a lock. Nothing that waits or does I/O may run inside `with`.
///
/// Inlinable: other modules then compile it for their own types, where they would otherwise look the type up at each call.
public final class Guarded<Value: Sendable>: Sendable {
    @usableFromInline let mutex: Mutex<Value>

    /// Guards a value.
    @inlinable public init(_ value: Value) { mutex = Mutex(value) }

    /// Runs `body` alone on the value.
    @inlinable public func with<Result: Sendable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try mutex.withLock { (value: inout sending Value) throws(Failure) -> Result in
            #if TSAN
                // Thread Sanitizer does not see the futex that `Mutex` is made of on Linux, so it is told.
                let place = unsafe Unmanaged.passUnretained(self).toOpaque()
                unsafe itp_tsan_acquire(place)
                defer { unsafe itp_tsan_release(place) }
            #endif
            return try body(&value)
        }
    }
}
