import HostProcess
import Testing

@Suite struct GuestWordTests {
    @Test(arguments: ["plain", "a b", "it's", "$(touch /tmp/x)", "`id`", "", "a\nb", "\\", "'", "-n", "*"])
    func aShellSeesTheWordItself(word: String) async throws {
        let result = try await Command("sh", ["-c", "printf %s \(GuestWord.quoted(word))"]).run()
        #expect(result.text == word)
    }
}
