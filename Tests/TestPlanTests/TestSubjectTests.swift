import TestPlan
import Testing

struct TestSubjectTests {
    @Test(arguments: [
        "debian:6.1", "debian:6.1,mutate=devdax", "debian:6.1+cloud,set=size=1MiB,set=way=a=b",
        "file:/boot/a,modules=/lib/b,mutate=x",
    ])
    func isReadBack(text: String) throws {
        #expect(try TestSubject(parsing: text).description == text)
    }

    @Test func parts() throws {
        let subject = try TestSubject(parsing: "file:/boot/a,modules=/lib/b,c,mutate=x,set=size=1MiB")
        #expect(subject.kernel == .file(vmlinuz: "/boot/a", modules: "/lib/b,c"))
        #expect(subject.mutation == "x")
        #expect(subject.settings == ["size": "1MiB"])
    }

    @Test(arguments: [
        "debian:6.1,mutate=", "debian:6.1,mutate=a,mutate=b", "debian:6.1,set=size", "debian:6.1,set=a=1,set=a=2",
        "debian:6.1,mutate=a,other", "6.1,mutate=a", "",
    ])
    func isRefused(text: String) {
        #expect(throws: Diagnostic.self) { try TestSubject(parsing: text) }
    }
}
