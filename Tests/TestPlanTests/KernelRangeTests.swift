import Testing

@testable import TestPlan

@Suite struct KernelRangeTests {
    private func contains(_ range: String, _ version: String?, kernel: String = "debian:6.1") throws -> Bool {
        try KernelRange(parsing: range).contains(
            kernel, release: "6.1.0-56-amd64", version: version.flatMap { KernelVersion($0) })
    }

    @Test(arguments: [
        (">=6.1 <6.5", ["6.1.0", "6.1.192-2", "6.4.16"], ["5.19.1", "6.0.9", "6.5.0", "7.2.12"]),
        ("<6.5", ["6.4.1", "5.10.2"], ["6.5.0-rc1", "6.5.7"]), ("<=6.1", ["6.1.192"], ["6.2.0"]),
        (">6.1", ["6.2.0"], ["6.1.192"]), ("6.1", ["6.1.1"], ["6.2.1", "6.0.1"]),
        ("<=6.1.89", ["6.1.89-1"], ["6.1.90-1"]), (">= 6.1  < 6.5", ["6.3.0"], ["6.6.0"]),
        (">=6.1.90 <6.2", ["6.1.90", "6.1.192"], ["6.1.89", "6.2.0"]),
    ])
    func versions(range: String, inside: [String], outside: [String]) throws {
        for version in inside { #expect(try contains(range, version), "\(version)") }
        for version in outside { #expect(try !contains(range, version), "\(version)") }
    }

    @Test("a kernel of unknown version is in no range")
    func unknown() throws { #expect(try !contains(">=2.6", nil)) }

    @Test("a name is the kernel that was asked for so, or has that release")
    func names() throws {
        #expect(try contains("debian:6.1", nil))
        #expect(try !contains("debian:6.12", "6.12.1"))
        #expect(try contains("debian:6.1.0-56-amd64", nil))
    }

    @Test(arguments: [
        ("=>6.1", "did you mean '>='?"), (">=v6.1", "did you mean '>=6.1'?"), ("6", "write a range"),
        (">=6.1 and <6.5", "write a range"), ("", "write a range"), (">=6.5 <6.1", "the wrong way round"),
        (">6.1 <=6.1", "the wrong way round"), ("6.1 6.12", "a list"), ("debain:6.1", "did you mean 'debian:6.1'?"),
        (">=", "write a range"),
    ])
    func refusals(text: String, advice: String) throws {
        let refusal = try #require(throws: Diagnostic.self) { try KernelRange(parsing: text) }
        #expect(refusal.description.contains(advice), "\(refusal)")
    }

    @Test func spelling() throws { #expect(try KernelRange(parsing: ">= 6.1 <6.5").description == ">=6.1 <6.5") }
}
