import Foundation
import HostProcess
import Machine
import SystemPackage
import TestPlan

/// The disks that a plan gives its guest: sparse raw files in the cell's scratch directory. They are made once, so a
/// guest that takes another's place finds them as that one left them; guests that run at the same time want a
/// directory each.
struct CellDisks: Sendable {
    /// Less room than this holds no file system worth a test.
    static let leastRoom = 64 << 20

    /// The disks in the plan's order, for a guest's specification.
    let disks: [GuestSpecification.Disk]

    /// Makes the files that are not there yet, all zeros, and leaves those that are as they were.
    ///
    /// - Parameters:
    ///   - requests: what the plan declares.
    ///   - directory: where the files lie; they are removed with it.
    /// - Throws: `Failure` if one cannot be made, or the host has no room for anything in it.
    init(_ requests: [DiskRequest], in directory: FilePath) throws {
        if !requests.isEmpty { try Self.checkRoom(in: directory) }
        disks = try requests.map { request in
            let image = directory.appending("disk-\(request.name).img")
            try Self.make(image, size: request.size.bytes)
            return GuestSpecification.Disk(
                serial: request.name, image: image, access: .writable,
                limits: Dictionary(uniqueKeysWithValues: request.limits.map { ($0.key.rawValue, $0.value) }),
                interface: request.interface == .nvme ? .nvme(zone: request.zone?.bytes) : .virtio,
                faults: request.faults.map {
                    DiskFault(
                        request: $0.request.rawValue, errno: $0.error.number, sector: $0.sector, once: $0.once)
                },
                place: PCIPlace(request.place))
        }
    }

    /// The files are sparse and mostly stay so: that the host could not hold them all in full is no reason to refuse.
    ///
    /// - Throws: `Failure` if the host has no room for anything.
    static func checkRoom(in directory: FilePath) throws {
        guard let room = freeRoom(in: directory), room < leastRoom else { return }
        throw Failure(
            "the guest's disks have no room: \(room >> 20) MiB are free, \(leastRoom >> 20) MiB is the least",
            on: directory.string, advice: "free some space there")
    }

    private static func make(_ image: FilePath, size: Int) throws {
        func failure() -> Failure {
            Failure("cannot make a disk of the guest: \(systemError())", on: image.string, advice: "")
        }
        let descriptor = open(image.string, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        if status.st_size != size, ftruncate(descriptor, size) != 0 { throw failure() }
    }
}

/// Bytes that can still be written in a directory's file system; nil if it does not tell.
func freeRoom(in directory: FilePath) -> Int? {
    var status = statvfs()
    guard statvfs(directory.string, &status) == 0 else { return nil }
    let (bytes, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
        by: Int(clamping: status.f_frsize))
    return overflow ? .max : bytes
}
