import Foundation
import HostProcess
import Kselftest
import SystemPackage
import Testing

@Suite("What is taken for installed selftests")
struct KselftestTreeTests {
    /// A directory with files; a text that begins with `@` names a file of the host to copy.
    private func look(_ files: [String: String], machine: Int = 62) async throws -> KselftestTree {
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
            return try KselftestTree(at: root, machine: machine)
        }
    }

    private static let installed = [
        "run_kselftest.sh": "#!/bin/sh\n", "kselftest-list.txt": "size:get_size\nsize:script.sh\n",
        "size/get_size": "@/bin/true", "size/script.sh": "#!/bin/sh\n",
    ]

    @Test("a tree, also in the one directory of an archive")
    func installed() async throws {
        #expect(try await look(Self.installed).list.cases.map(\.name) == ["size:get_size", "size:script.sh"])
        let nested = Dictionary(uniqueKeysWithValues: Self.installed.map { ("kselftest_install/" + $0.key, $0.value) })
        #expect(try await look(nested).root.lastComponent == "kselftest_install")
    }

    @Test("the sources, and what is no tree at all, are told apart")
    func refusals() async throws {
        func refusal(_ files: [String: String], machine: Int = 62) async throws -> Failure {
            let failure = try await #require(throws: Failure.self) { try await look(files, machine: machine) }
            #expect(failure.blame == .request)
            return failure
        }
        #expect(try await refusal(["lib.mk": "", "run_kselftest.sh": ""]).what.contains("sources"))
        #expect(try await refusal(["tools/testing/selftests/lib.mk": ""]).advice.contains("kselftest_install"))
        #expect(try await refusal(["README": ""]).what.contains("no run_kselftest.sh, kselftest-list.txt"))
        let foreign = try await refusal(Self.installed, machine: 183)
        #expect(foreign.what.contains("size:get_size has ELF machine 62"))
    }
}
