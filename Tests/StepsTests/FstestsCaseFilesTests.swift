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

    @Test("a case's files on the results disk lie in its section's directory")
    func resultFiles() throws {
        let suite = FstestsSuite(
            FstestsRequest(sections: [
                FstestsRequest.Section(name: "a", filesystem: .ext4),
                FstestsRequest.Section(name: "b", filesystem: .xfs),
            ]))
        let files = try #require(suite.resultFiles(of: "b/generic/100"))
        #expect(files.directory == "/fstests/b/generic")
        #expect(files.stem == "100.")
        #expect(files.place == "fstests/b/generic")
        #expect(suite.resultFiles(of: "nonsense") == nil)
    }

    @Test("a case's mark is no other's, and tells its section")
    func marks() {
        let one = FstestsSuite(FstestsRequest(sections: [FstestsRequest.Section(name: "a", filesystem: .ext4)]))
        #expect(!one.mark(of: "generic/1000").contains(one.mark(of: "generic/100")))
    }
}
