import HostProcess
import Testing

@testable import Runner

/// What a thousand cells share is made once, or fails once.
@Suite struct OnceTests {
    @Test func eachKeyIsMadeOnce() async throws {
        var once = Once<String, Int>()
        var calls: [String] = []
        for key in ["a", "b", "a", "b", "a"] {
            let value = try await once.value(key) {
                calls.append(key)
                return key.count + calls.count
            }
            #expect(value == (key == "a" ? 2 : 3))
        }
        #expect(calls == ["a", "b"])
    }

    @Test func aFailureIsNotTriedAgain() async throws {
        var once = Once<Int, Int>()
        var calls = 0
        for _ in 1...3 {
            await #expect(throws: Failure("no", on: "x", advice: "")) {
                _ = try await once.value(1) {
                    calls += 1
                    throw Failure("no", on: "x", advice: "")
                }
            }
        }
        #expect(calls == 1)
    }

    @Test func anInterruptionIsNoAnswer() async throws {
        var once = Once<Int, Int>()
        await #expect(throws: CancellationError.self) {
            _ = try await once.value(1) { throw CancellationError() }
        }
        #expect(try await once.value(1) { 7 } == 7)
    }
}
