import Testing

@testable import GuestImage

@Suite struct BuildIDTests {
    @Test func readsTheNoteBehindOthers() {
        // A note of another owner, then NT_GNU_BUILD_ID with four bytes.
        let notes: [UInt8] =
            [4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0] + Array("Xen\0".utf8) + [9, 9, 0, 0]
            + [4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0] + Array("GNU\0".utf8) + [0xde, 0xad, 0xbe, 0xef]
        #expect(BuildID(notes: notes)?.text == "deadbeef")
    }

    @Test(arguments: [[], [1, 2, 3], [255, 255, 255, 255, 255, 255, 255, 255, 3, 0, 0, 0, 1]] as [[UInt8]])
    func nothingIsReadFromJunk(notes: [UInt8]) {
        #expect(BuildID(notes: notes) == nil)
    }
}
