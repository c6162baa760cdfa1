import Foundation
import HostProcess
import SystemPackage

/// The device file of a group, `/dev/vfio/N`, and what the kernel answers to the calls that QEMU will make first
/// (the kernel's Documentation/driver-api/vfio.rst, include/uapi/linux/vfio.h).
struct VFIOGroup {
    let tree: SystemTree
    let number: Int

    var node: FilePath { tree.path("dev/vfio/\(number)") }
    private var container: FilePath { tree.path("dev/vfio/vfio") }

    /// Opens container and group and puts one into the other, as QEMU does; nothing of it lasts.
    ///
    /// - Parameter address: the function whose group it is, bound to vfio-pci by now.
    /// - Throws: `Failure` with what is in the way.
    func check(for address: PCIAddress) throws {
        guard tree.isHost else { return }
        let container = open(self.container.string, O_RDWR | O_CLOEXEC)
        guard container >= 0 else { throw unopened(self.container, address) }
        defer { close(container) }
        let group = open(node.string, O_RDWR | O_CLOEXEC)
        guard group >= 0 else { throw unopened(node, address) }
        defer { close(group) }

        var status = (size: UInt32(8), flags: UInt32(0))
        guard ioctl(group, Self.getStatus, &status) == 0 else { throw refused("VFIO_GROUP_GET_STATUS", address) }
        guard status.flags & 1 != 0 else {
            throw Failure(
                "the kernel holds IOMMU group \(number) not viable, though its functions look free", on: "\(address)",
                advice: "see which drivers hold /sys/kernel/iommu_groups/\(number)/devices/*/driver, bridges too",
                blame: .request)
        }
        var descriptor = container
        guard ioctl(group, Self.setContainer, &descriptor) == 0 else {
            throw refused("VFIO_GROUP_SET_CONTAINER", address)
        }
        guard ioctl(container, Self.setIOMMU, Self.type1v2) == 0 else {
            guard errno != EPERM else {
                throw IOMMUState(tree: tree).missingRemapping(on: address) ?? refused("VFIO_SET_IOMMU", address)
            }
            throw refused("VFIO_SET_IOMMU", address)
        }
    }

    /// The processes that have the group open, with the names of their programs. Those of other users are seen by
    /// root only.
    var holders: [String] {
        tree.processes { process in
            let directory = process.appending("fd")
            return tree.names(in: directory).contains { name in
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: directory.appending(name).string)
                return target == "/dev/vfio/\(number)"
            }
        }
    }

    /// Why a device file cannot be opened. To be called with the `errno` of the attempt.
    private func unopened(_ path: FilePath, _ address: PCIAddress) -> Failure {
        let number = errno
        switch number {
        case ENOENT, ENODEV:
            return Failure(
                "\(path) is not there", on: "\(address)",
                advice: path == container ? "modprobe vfio-pci" : "is udev or devtmpfs at work in /dev?")
        case EBUSY:
            let who = holders.isEmpty ? "a process of another user" : holders.joined(separator: ", ")
            return Failure(
                "\(path) is in use by \(who)", on: "\(address)", advice: "wait for it to end, or ask its owner")
        case EACCES, EPERM:
            return Failure(
                "\(path) may not be opened by \(Self.me): it belongs to \(owner(of: path))", on: "\(address)",
                advice: "as root: chown \(Self.me) \(path), or run vmharness as root")
        default:
            errno = number
            return Failure("cannot open \(path): \(systemError())", on: "\(address)", advice: "see `dmesg`")
        }
    }

    private func refused(_ call: String, _ address: PCIAddress) -> Failure {
        Failure(
            "the kernel refused \(call): \(systemError())", on: "\(address), group \(number)",
            advice: "its log (`dmesg`) says why")
    }

    private func owner(of path: FilePath) -> String {
        var status = stat()
        guard stat(path.string, &status) == 0 else { return "nobody" }
        let user = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "\(status.st_uid)"
        let group = getgrgid(status.st_gid).map { String(cString: $0.pointee.gr_name) } ?? "\(status.st_gid)"
        return "\(user):\(group), mode \(String(status.st_mode & 0o777, radix: 8))"
    }

    private static var me: String {
        getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"
    }

    // _IO(';', 100 + n) of include/uapi/linux/vfio.h
    private static let setIOMMU: UInt = 0x3b66
    private static let getStatus: UInt = 0x3b67
    private static let setContainer: UInt = 0x3b68
    private static let type1v2: CInt = 3
}
