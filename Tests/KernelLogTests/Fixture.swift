import Foundation
import KernelLog

/// Consoles beside the tests, taken from our own guests.
enum Fixture {
    static let names = [
        "btrfs-csum-7.2.12", "gfs2-glock-5.10.262", "gfs2-hang-panic-5.10.262", "ovmf-2022.11", "sysrq-5.10.262",
        "u-boot-2023.01", "virtiofs-kvec-6.1.192", "virtiofs-kvec-6.12.95-pass",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        return [UInt8](try Data(contentsOf: folder.appending(path: "\(name).console")))
    }

    static func reports(_ name: String) throws -> [KernelReport] {
        KernelLogReader.reports(in: try bytes(name))
    }
}

extension KernelLogReader {
    /// The reports of a log written in a test.
    static func reports(_ text: String) -> [KernelReport] {
        reports(in: Array(text.utf8))
    }
}
