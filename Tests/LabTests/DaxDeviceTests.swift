import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import Lab

/// Nodes of a made-up sysfs; and of this host, which need no hardware to be wrong.
@Suite struct DaxDeviceTests {
    /// 252:3, as `st_rdev` has it.
    private static let number: UInt64 = 252 << 8 | 3

    private static func withSysfs(
        size: String? = "1073741824", align: String? = "2097152", driver: String = "device_dax",
        _ body: (FilePath) throws -> Void
    ) async throws {
        try await withScratchDirectory { root in
            let files = FileManager.default
            let device = root.appending("devices/region0/dax0.1/dax0.0")
            try files.createDirectory(atPath: device.string, withIntermediateDirectories: true)
            try files.createDirectory(
                atPath: root.appending("bus/dax/drivers/\(driver)").string, withIntermediateDirectories: true)
            for name in ["bus/dax/devices", "dev/char"] {
                try files.createDirectory(atPath: root.appending(name).string, withIntermediateDirectories: true)
            }
            func link(_ name: String, _ target: FilePath) throws {
                try files.createSymbolicLink(atPath: root.appending(name).string, withDestinationPath: target.string)
            }
            try link("dev/char/252:3", device)
            try link("bus/dax/devices/dax0.0", device)
            try files.createSymbolicLink(
                atPath: device.appending("driver").string,
                withDestinationPath: root.appending("bus/dax/drivers/\(driver)").string)
            for (name, text) in [("size", size), ("align", align)] {
                if let text { try Data("\(text)\n".utf8).write(to: URL(filePath: device.appending(name).string)) }
            }
            try body(root)
        }
    }

    private static func refusal(_ sysfs: FilePath) -> String? {
        do {
            _ = try DaxDevice("/dev/dax0.0", number: number, sysfs: sysfs)
            return nil
        } catch {
            return (error as? Failure)?.what
        }
    }

    @Test func sizeAndAlignmentAreRead() async throws {
        try await Self.withSysfs { root in
            let device = try DaxDevice("/dev/dax0.0", number: Self.number, sysfs: root)
            #expect(device.size == 1 << 30 && device.align == 2 << 20)
        }
    }

    @Test func whatCannotBeMappedIsRefused() async throws {
        try await Self.withSysfs(size: "1074790400") { root in
            #expect(
                Self.refusal(root)
                    == "its size, 1074790400 bytes, is no multiple of its alignment, 2097152")
        }
        try await Self.withSysfs(driver: "kmem") { root in
            #expect(Self.refusal(root) == "its memory is in use as the host's own (driver kmem)")
        }
        try await Self.withSysfs(align: nil) { root in #expect(Self.refusal(root) == "its alignment cannot be read") }
        try await Self.withSysfs(size: nil) { root in #expect(Self.refusal(root) == "its size cannot be read") }
        try await Self.withSysfs { root in
            let failure = #expect(throws: Failure.self) {
                try DaxDevice("/dev/dax0.0", number: 252 << 8 | 4, sysfs: root)
            }
            #expect(failure?.what == "it is not a device that the kernel knows")
        }
    }

    /// Each of these is `Invalid argument` to QEMU.
    @Test func aMappingMustFit() async throws {
        try await Self.withSysfs { root in
            let device = try DaxDevice("/dev/dax0.0", number: Self.number, sysfs: root)
            #expect(try device.alignment(forMapping: 1 << 30, asked: nil) == 2 << 20)
            #expect(try device.alignment(forMapping: 64 << 20, asked: 4 << 20) == 4 << 20)
            func refusal(_ bytes: Int, _ asked: Int?) -> String? {
                do {
                    _ = try device.alignment(forMapping: bytes, asked: asked)
                    return nil
                } catch {
                    return (error as? Failure)?.what
                }
            }
            #expect(
                refusal(2 << 30, nil) == "it is too small: 2147483648 bytes are asked for, it has 1073741824")
            #expect(
                refusal(65 << 20, nil) == "a size of 68157440 bytes is no multiple of its alignment, 2097152")
            #expect(refusal(64 << 20, 4096) == "an alignment of 4096 bytes is less than its own, 2097152")
        }
    }

    /// QEMU would make a regular file of the first two paths.
    @Test func whatIsNoNodeIsRefused() async throws {
        try await Self.withSysfs { root in
            let absent = #expect(throws: Failure.self) { try DaxDevice("/nonexistent/dax9.0", sysfs: root) }
            #expect(absent?.what == "there is no such device-dax node: No such file or directory")
            #expect(absent?.advice == "the host has /dev/dax0.0")
            let file = root.appending("dax9.0")
            try Data().write(to: URL(filePath: file.string))
            let regular = #expect(throws: Failure.self) { try DaxDevice(file, sysfs: root) }
            #expect(regular?.what == "it is not a device-dax node but a regular file")
            let other = #expect(throws: Failure.self) { try DaxDevice("/dev/null") }
            #expect(other?.what == "the character device 1:3 is not a device-dax node")
        }
    }
}
