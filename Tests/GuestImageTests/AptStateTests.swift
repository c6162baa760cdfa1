import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

@Suite(.enabled("apt knows no Debian repository") { await hasMirror() })
struct AptStateTests {
    @Test func aptIsAskedAgainOnlyWhenItsConfigurationIsAnother() async throws {
        try await withScratchDirectory { scratch in
            let file = scratch.appending("mirrors.json")
            let asked = try await AptMirrors.ofThisMachine(remembered: file)
            #expect(asked == (try await AptMirrors.ofThisMachine()))
            // What stands in the file is believed…
            let text = try String(contentsOfFile: file.string, encoding: .utf8)
            let forged = text.replacing(#""security":["#, with: #""security":["http:\/\/nowhere.invalid","#)
            try #require(forged != text)
            try forged.write(toFile: file.string, atomically: true, encoding: .utf8)
            #expect(try await AptMirrors.ofThisMachine(remembered: file).security.first == "http://nowhere.invalid")
            // … unless it was written under another configuration.
            let other = forged.replacing(#""state":""#, with: #""state":"another\n"#)
            try #require(other != forged)
            try other.write(toFile: file.string, atomically: true, encoding: .utf8)
            #expect(try await AptMirrors.ofThisMachine(remembered: file) == asked)
        }
    }
}
