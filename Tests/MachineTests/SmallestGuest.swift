import Foundation
import HostProcess
import SystemPackage

@testable import Machine

/// No guest worth the name, for what happens around one.
enum SmallestGuest {
    /// A machine whose kernel says `K` on its serial port and stays in a loop,
    /// behind a valid header, so that QEMU takes it (Documentation/arch/x86/boot.rst).
    static func with(
        _ body: (GuestSpecification, GuestLogs) async throws -> Void
    ) async throws {
        try await withScratchDirectory { directory in
            let junk = directory.appending("junk")
            var bytes = [UInt8](repeating: 0, count: 65536)
            bytes[0x1f1] = 1  // setup sectors
            bytes.replaceSubrange(0x1fe..<0x202, with: [0x55, 0xaa, 0xeb, 0x66])  // mark; jmp 0x268
            bytes.replaceSubrange(0x202..<0x208, with: Array("HdrS".utf8) + [0x0c, 0x02])
            bytes.replaceSubrange(0x22c..<0x230, with: [0xff, 0xff, 0xff, 0x37])  // where an initrd may end
            // mov dx,0x3f8; mov al,'K'; out dx,al; jmp to itself
            bytes.replaceSubrange(0x268..<0x270, with: [0xba, 0xf8, 0x03, 0xb0, 0x4b, 0xee, 0xeb, 0xfe])
            let file = try BoundedFile(junk, limit: 1 << 20)
            bytes.withUnsafeBytes { file.write($0) }
            file.finish()
            let specification = GuestSpecification(
                memory: 64 << 20, cpus: 1, accelerator: .tcg, kernel: junk, initrd: junk, commandLine: [], disks: [],
                shares: [])
            let logs = GuestLogs(
                qemu: try BoundedFile(directory.appending("qemu.log"), limit: 1 << 20),
                virtiofsd: ["data": try BoundedFile(directory.appending("fs.log"), limit: 1 << 20)])
            try await body(specification, logs)
        }
    }
}
