import Foundation
import Fstests
import HostProcess
import SystemPackage
import Testing

/// What is taken for a built tree.
struct FstestsTreeTests {
    /// A directory with files; a text that begins with `@` names a file of the host to copy.
    private func withTree<Value>(
        _ files: [String: String], _ body: (FilePath) async throws -> Value
    ) async throws -> Value {
        try await withScratchDirectory { root in
            for (name, text) in files {
                let path = root.appending(name)
                try FileManager.default.createDirectory(
                    atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                if text.hasPrefix("@") {
                    try FileManager.default.copyItem(atPath: String(text.dropFirst()), toPath: path.string)
                } else {
                    try text.write(toFile: path.string, atomically: false, encoding: .utf8)
                }
            }
            return try await body(root)
        }
    }

    private static let built = [
        "check": "#!/bin/bash\n", "common/rc": "", "ltp/fsstress": "@/bin/true", "ltp/fsx": "@/bin/true",
        "src/xfsctl": "@/bin/true",
        "tests/generic/group.list": "001 auto\n", "tests/generic/001": "",
    ]

    private func refusal(_ files: [String: String], machine: Int = 62) async throws -> Failure {
        try await withTree(files) { root in
            try #require(throws: Failure.self) { try FstestsTree(at: root, machine: machine) }
        }
    }

    @Test("a built tree, what it has, and what its programs need")
    func built() async throws {
        let tree = try await withTree(Self.built) { try FstestsTree(at: $0) }
        #expect(tree.collections == ["generic"])
        #expect(tree.needs.libraries["libc.so.6"]?.contains { $0.hasPrefix("GLIBC_2.") } == true)
        #expect(tree.needs.text.hasPrefix("libc.so.6 GLIBC_2."))
    }

    @Test("a tree in the one directory of an archive, and below the place where it is installed")
    func nested() async throws {
        for prefix in ["xfstests-dev/", "var/lib/xfstests/"] {
            let files = Dictionary(uniqueKeysWithValues: Self.built.map { (prefix + $0.key, $0.value) })
            #expect(try await withTree(files) { try FstestsTree(at: $0) }.collections == ["generic"])
        }
    }

    @Test("what is no tree says what it lacks")
    func noTree() async throws {
        let failure = try await refusal(["README": "x"])
        #expect(failure.what.contains("no tree of fstests"))
        #expect(failure.what.contains("check, common/rc, tests, ltp, src"))
        #expect(failure.blame == .request)
        let absent = try #require(throws: Failure.self) { try FstestsTree(at: "/nonexistent") }
        #expect(absent.what.contains("no tree of fstests"))
    }

    @Test("a source tree that was not built is told from a broken one")
    func notBuilt() async throws {
        var files = Self.built
        files["ltp/fsstress"] = nil
        #expect(try await refusal(files).what.contains("not whole"))
        files["ltp/fsstress.c"] = "int main() {}"
        #expect(try await refusal(files).what.contains("not built"))
        files = Self.built
        files["tests/generic/group.list"] = nil
        #expect(try await refusal(files).what.contains("group.list"))
    }

    @Test("a tree for other machines is refused")
    func otherMachine() async throws {
        let failure = try await refusal(Self.built, machine: 183)
        #expect(failure.what.contains("another machine"))
    }

    @Test("a damaged program does no harm")
    func damaged() async throws {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/bin/true")))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var files = Self.built
            files["src/xfsctl"] = "text"
            for _ in 0..<20 {
                bytes[Int.random(in: 6..<1024, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let damaged = bytes
            try await withTree(files) { root in
                try Data(damaged).write(to: URL(fileURLWithPath: root.appending("src/damaged").string))
                _ = try FstestsTree(at: root)
            }
        }
    }

    @Test(
        "a real tree",
        .enabled(if: ProcessInfo.processInfo.environment["VMHARNESS_FSTESTS"] != nil, "VMHARNESS_FSTESTS names none"))
    func real() throws {
        let path = try #require(ProcessInfo.processInfo.environment["VMHARNESS_FSTESTS"])
        let tree = try FstestsTree(at: FilePath(path))
        #expect(tree.collections.contains("generic"))
        #expect(tree.needs.libraries.keys.contains { $0.hasPrefix("libaio.so") })
    }
}
