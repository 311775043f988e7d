import Testing

/// The program as a user runs it: real processes, real sockets, real files. One test after the other, so that the
/// processes of one do not take the processor from those of the next.
@Suite("End to end", .serialized, .timeLimit(.minutes(2)))
enum EndToEnd {}
