import Events
import Formats
import Glibc
import Platform
import Testing

@Suite("Small things")
struct SmallTests {
    @Test(
        "secrets are equal only byte by byte",
        arguments: [("", "", true), ("a", "a", true), ("a", "b", false), ("a", "ab", false), ("é", "e\u{301}", false)])
    func secrets(left: String, right: String, same: Bool) {
        #expect(SecretComparison.equal(left, right) == same)
    }

    @Test("every single wrong byte is noticed")
    func everyByte() {
        let secret = [UInt8](repeating: 0x55, count: 64)
        for index in secret.indices {
            var wrong = secret
            wrong[index] ^= 0x80
            #expect(!SecretComparison.equal(secret, wrong))
        }
    }

    @Test("identifiers are new each time and carry their time")
    func identifiers() {
        let random = SystemRandom()
        let made = (0..<1000).map { _ in random.identifier(at: Instant(milliseconds: 1_795_227_247_250)) }
        #expect(Set(made).count == 1000)
        #expect(made.allSatisfy { $0.high >> 16 == 1_795_227_247_250 })
        #expect(random.bytes(33).count == 33)
    }

    @Test("numbers that are fetched many at a time are each handed out once, one by one and in pairs")
    func bufferedNumbers() {
        let random = BufferedRandom()
        var seen: Set<UInt64> = []
        for _ in 0..<100 {
            let pair = random.pair()
            seen.formUnion([pair.0, pair.1, random.next()])
        }
        #expect(seen.count == 300)
    }

    @Test("a thread runs once, has its name, and can be waited for")
    func thread() throws {
        let name = Guarded("")
        let thread = try SystemThread(name: "a-name-that-is-too-long", niceness: 5) {
            let comm = try? Files.read("/proc/thread-self/comm", maxBytes: 100)
            name.with {
                $0 = String(decoding: comm ?? [], as: UTF8.self) + "\(getpriority(Int32(PRIO_PROCESS.rawValue), 0))"
            }
        }
        thread.join()
        thread.join()
        #expect(name.with { $0 } == "a-name-that-is-\n5")
    }
}
