import Foundation
import HostProcess
import SystemPackage
import Testing

@Suite struct HostPathTests {
    /// A shell does not expand it in `build:~/linux`.
    @Test func aTildeIsTheHome() {
        let home = FilePath(homeDirectory())
        #expect(hostPath("~/linux") == home.appending("linux"))
        #expect(hostPath("~") == home)
        #expect(hostPath("~other/linux").string.hasSuffix("/~other/linux"))
    }

    @Test func aRelativePathIsMadeAbsolute() {
        let here = FilePath(FileManager.default.currentDirectoryPath)
        #expect(hostPath("a/../b") == here.appending("b"))
        #expect(hostPath("/x/./y/") == "/x/y")
    }
}
