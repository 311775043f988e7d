import CPlatform
import Glibc

/// A thread with one owner. Work that blocks gets one of its own: Dispatch's shared pool stalls after a few blocked jobs.
public final class SystemThread: Sendable {
    private enum State: Sendable {
        case running(pthread_t)
        case released
    }

    private let state: Guarded<State>

    private final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a thread that runs `body` and ends. The name (15 bytes at most are kept) shows in `top` and debuggers.
    /// A positive `niceness` lowers its priority against the caller's.
    public init(
        name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = Start {
            // The kernel keeps 15 bytes.
            unsafe itp_name_thread(name)
            // On Linux a thread has a niceness of its own, the caller's at first; 0 means the calling thread.
            if niceness != 0 {
                let own = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
                setpriority(Int32(PRIO_PROCESS.rawValue), 0, own + niceness)
            }
            body()
        }
        let context = unsafe Unmanaged.passRetained(start)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, SystemThread.main, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            throw SystemError(call: "pthread_create", subject: name, code: code)
        }
        state = Guarded(.running(thread))
    }

    /// The thread's first function: it takes over the reference that `init` retained, so it is released exactly once.
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context = unsafe context {
            let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
            start.body()
        }
        return nil
    }

    /// Waits for the thread's end; only the first call waits. Called on the thread itself, it lets the thread go instead.
    public func join() {
        let thread: pthread_t? = state.with { state in
            guard case .running(let thread) = state else { return nil }
            state = .released
            return thread
        }
        guard let thread else { return }
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    deinit {
        state.with { state in
            if case .running(let thread) = state { pthread_detach(thread) }
        }
    }
}
