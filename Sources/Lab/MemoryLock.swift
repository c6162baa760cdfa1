import Foundation
import HostProcess
import SystemPackage

/// The limit on memory that a process may pin (RLIMIT_MEMLOCK): vfio pins all of a guest's memory, since a function
/// may write to any of it at any time.
public struct MemoryLock: Sendable, Hashable {
    /// Bytes; nil for no limit.
    public var limit: Int?
    /// True if the limit does not bind us: CAP_IPC_LOCK in the host's own user namespace
    /// (vfio_lock_acct of drivers/vfio/vfio_iommu_type1.c asks `capable`).
    public var isExempt: Bool

    /// A limit and whether it binds.
    public init(limit: Int?, isExempt: Bool) {
        self.limit = limit
        self.isExempt = isExempt
    }

    /// What QEMU will inherit from us.
    public static func own(_ tree: SystemTree = .host) -> MemoryLock {
        var limit = rlimit()
        let known = getrlimit(__rlimit_resource_t(8), &limit) == 0  // RLIMIT_MEMLOCK of asm-generic/resource.h
        let status = tree.text(tree.path("proc/self/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let capabilities = line.flatMap { UInt64($0.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) } ?? 0
        let map = (tree.text(tree.path("proc/self/uid_map")) ?? "").split(whereSeparator: \.isWhitespace)
        let isInitial = map.elementsEqual(["0", "0", "4294967295"])
        return MemoryLock(
            limit: known && limit.rlim_cur <= UInt64(Int.max) ? Int(limit.rlim_cur) : nil,
            isExempt: isInitial && capabilities & 1 << 14 != 0)
    }

    /// QEMU's own memory that is mapped besides the guest's: firmware, tables, option ROMs; 0.5 MiB with q35.
    static let overhead = 4 << 20

    /// Refuses a guest whose memory cannot be pinned.
    ///
    /// - Parameters:
    ///   - memory: bytes of guest memory and of file-backed device memory. Pages of a device-dax node do not count:
    ///     the kernel has no page frames of its own to lock there (they are `PageReserved`).
    ///   - containers: how many times it is mapped: once, or once for each function behind an emulated IOMMU.
    ///   - subject: what the memory is for.
    /// - Throws: `Failure` that says which limit to raise, and to what.
    public func check(memory: Int, containers: Int = 1, for subject: String) throws {
        let (product, overflow) = (memory + Self.overhead).multipliedReportingOverflow(by: containers)
        let need = overflow ? Int.max : product
        guard !isExempt, let limit, need > limit else { return }
        let kibibytes = (need + 1023) >> 10
        throw Failure(
            "the limit on locked memory is \(limit >> 10) KiB, the guest needs \(kibibytes) KiB for vfio", on: subject,
            advice: "raise it: `ulimit -l \(kibibytes)` (as root), \"\(Self.user) - memlock \(kibibytes)\" in "
                + "/etc/security/limits.conf, or LimitMEMLOCK=\(kibibytes)K in the systemd unit that starts us")
    }

    private static var user: String {
        getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(getuid())"
    }
}
