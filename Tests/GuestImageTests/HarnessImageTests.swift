import HostProcess
import SystemPackage
import Testing

@testable import GuestImage

/// vmharness itself as a disk.
@Suite struct HarnessImageTests {
    /// As ldd(1) of glibc 2.36 prints it.
    private static let list = """
        \tlinux-vdso.so.1 (0x00007ffc3923fd00)
        \tlibsqlite3.so.0 => /lib/x86_64-linux-gnu/libsqlite3.so.0 (0x00007fc390aa1000)
        \tlibswiftCore.so => /opt/swift/usr/lib/swift/linux/libswiftCore.so (0x00007fc390200000)
        \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fc38ee45000)
        \t/lib64/ld-linux-x86-64.so.2 (0x00007fc3923ff000)
        """

    @Test func librariesAreThoseThatWereFound() throws {
        let libraries = try HarnessImage.libraries(Self.list, of: "/bin/x")
        #expect(libraries.compactMap(\.lastComponent?.string) == ["libsqlite3.so.0", "libswiftCore.so", "libc.so.6"])
        #expect(libraries.map { HarnessImage.ofTheCLibrary($0.lastComponent!.string) } == [false, false, true])
    }

    @Test func aLibraryThatIsMissingIsTold() {
        #expect(throws: Failure.self) {
            try HarnessImage.libraries("\tlibgone.so.1 => not found\n", of: "/bin/x")
        }
    }
}
