import Foundation
import Fstests
import HostProcess
import SystemPackage
import TestPlan
import Testing

@testable import Steps

/// What comes over from a guest when a case has ended.
struct FstestsCaseFilesTests {
    private func answer(_ text: String, cut: Bool = false) -> FstestsCaseFiles {
        FstestsCaseFiles(Array(text.utf8), cut: cut)
    }

    @Test("files by their length, whatever is in them, and the entry of the report")
    func files() {
        let files = answer(
            "@file 001.full 21 21\n@damage not\n@end\nline\n\n@file 001.out.bad 4 4\nbad\n\n"
                + "@file @report 3 3\n<x>\n@end\n")
        #expect(files.files.map(\.name) == ["001.full", "001.out.bad"])
        #expect(files.files.map(\.bytes.count) == [21, 4])
        #expect(files.report == Array("<x>".utf8))
        #expect(files.damage.isEmpty)
        #expect(files.notes.isEmpty)
    }

    @Test("what a case left behind, and what was cut, is said")
    func trouble() {
        let files = answer("@file 001.full 99999999 4\nabcd\n@damage /mnt/scratch stays mounted\n@end\n")
        #expect(files.damage == ["/mnt/scratch stays mounted"])
        #expect(files.notes == ["001.full has 99999999 bytes, of which 4 are kept"])
        #expect(answer("@file 001.full 10 10\nabc").notes == ["its files did not come over whole"])
        #expect(answer("@end\n", cut: true).notes.count == 1)
        #expect(answer("@file x -1 -5\n@end\n").notes.first == "a file's header was not understood")
    }

    @Test("a name that climbs out of the cell's directory writes nothing")
    func names() async throws {
        try await withScratchDirectory { directory in
            var files = answer("@file ../../escaped 2 2\nhi\n@file 001.full 2 2\nhi\n@end\n")
            #expect(files.keep(in: directory, at: "fstests/generic") == ["fstests/generic/001.full"])
            #expect(files.notes.contains { $0.contains("escaped") })
            // Another guest of the cell runs the case again.
            #expect(files.keep(in: directory, at: "fstests/generic").first == "fstests/generic/001.full.2")
        }
    }

    @Test("the disk of a guest that is gone gives the case's files, and follows no links")
    func salvage() async throws {
        try await withScratchDirectory { directory in
            let results = directory.appending("copy")
            let generic = results.appending("fstests/b/generic")
            try FileManager.default.createDirectory(atPath: generic.string, withIntermediateDirectories: true)
            for name in ["100.full", "1000.full", "100.hints"] {
                try name.write(toFile: generic.appending(name).string, atomically: false, encoding: .utf8)
            }
            try FileManager.default.createSymbolicLink(
                atPath: generic.appending("100.core").string, withDestinationPath: "/etc/passwd")
            let suite = FstestsSuite(
                FstestsRequest(sections: [
                    FstestsRequest.Section(name: "a", filesystem: .ext4),
                    FstestsRequest.Section(name: "b", filesystem: .xfs),
                ]))
            #expect(
                suite.salvage("b/generic/100", from: results, to: directory)
                    == ["fstests/b/generic/100.full", "fstests/b/generic/100.hints"])
            #expect(suite.salvage("a/generic/100", from: results, to: directory).isEmpty)
            #expect(suite.salvage("nonsense", from: results, to: directory).isEmpty)
        }
    }

    @Test("a case's mark is no other's, and tells its section")
    func marks() {
        let one = FstestsSuite(FstestsRequest(sections: [FstestsRequest.Section(name: "a", filesystem: .ext4)]))
        #expect(!one.mark(of: "generic/1000").contains(one.mark(of: "generic/100")))
    }
}
