public import SystemPackage

/// A guest as we want it, before any program's options: QEMU's arguments (and
/// libvirt's XML, when that backend comes) are made from this alone.
public struct GuestSpecification: Sendable, Hashable {
    /// A disk. The guest finds it by its serial number.
    public struct Disk: Sendable, Hashable {
        /// What the guest may do with the image.
        public enum Access: String, Sendable, Hashable, Codable {
            /// Read it; several guests may at a time.
            case readOnly
            /// Write to a layer of this guest's own, which ends with it.
            case layered
            /// Write to the image itself, which outlives the guest.
            case writable
        }

        /// 1 to 20 letters, digits, `-` and `_` (20 bytes: virtio 1.2, 5.2.6.3).
        public var serial: String
        /// The raw image.
        public var image: FilePath
        /// What the guest may do with it.
        public var access: Access
        /// By which QEMU slows it down: values for its `throttling.KEY` options (`iops-write`, `bps-total`, …).
        public var limits: [String: Int]

        /// How the guest reaches it.
        public var interface: Interface
        /// Errors that QEMU injects.
        public var faults: [DiskFault]
        /// Where it sits.
        public var place: PCIPlace

        /// How the guest reaches a disk.
        public enum Interface: Sendable, Hashable {
            /// virtio-blk.
            case virtio
            /// NVMe; with zones of this many bytes, if any, as a zoned namespace.
            case nvme(zone: Int?)
        }

        /// A raw image.
        public init(
            serial: String, image: FilePath, access: Access, limits: [String: Int] = [:],
            interface: Interface = .virtio, faults: [DiskFault] = [], place: PCIPlace = .rootBus
        ) {
            self.serial = serial
            self.image = image
            self.access = access
            self.limits = limits
            self.interface = interface
            self.faults = faults
            self.place = place
        }
    }

    /// Guest memory in bytes, a multiple of 1 MiB.
    public var memory: Int
    /// Guest CPUs.
    public var cpus: Int
    /// KVM or TCG; proved beforehand by `AcceleratorProbe`.
    public var accelerator: Accelerator
    /// Under TCG: each guest CPU on a host thread of its own, or all in turn on one.
    public var isThreaded: Bool
    /// The kernel image (bzImage).
    public var kernel: FilePath
    /// The initramfs.
    public var initrd: FilePath
    /// The kernel's command line, a word each.
    public var commandLine: [String]
    /// Disks, in PCI order.
    public var disks: [Disk]
    /// virtiofs shares, in PCI order.
    public var shares: [Share]
    /// Persistent memory, in the order of its slots.
    public var pmem: [PersistentMemory] = []
    /// Emulated PCI functions beside those every guest has.
    public var functions: [PCIFunction] = []
    /// The IOMMU; nil for none.
    public var iommu: IOMMU?
    /// PCI functions of the host, bound to vfio-pci.
    public var passthrough: [HostFunction] = []
    /// How it comes to run.
    public var origin: GuestOrigin = .boot

    /// A guest with these parts, a user-mode network for SSH, a serial
    /// console, a pvpanic device and a watchdog.
    public init(
        memory: Int, cpus: Int, accelerator: Accelerator, isThreaded: Bool = false, kernel: FilePath,
        initrd: FilePath, commandLine: [String], disks: [Disk], shares: [Share]
    ) {
        self.memory = memory
        self.cpus = cpus
        self.accelerator = accelerator
        self.isThreaded = isThreaded
        self.kernel = kernel
        self.initrd = initrd
        self.commandLine = commandLine
        self.disks = disks
        self.shares = shares
    }

    /// vhost-user devices read the guest's memory from another process, so it must be shared then.
    public var needsSharedMemory: Bool { !shares.isEmpty }

    /// What backs the guest's memory, in words for the record.
    public var memoryBacking: String {
        switch origin {
        case .boot: needsSharedMemory ? "memfd, shared" : "anonymous, private"
        case .seed: "file, shared"
        case .template: needsSharedMemory ? "memfd, shared, a copy of the template's" : "the template's file, private"
        }
    }
}

/// What executes the guest's instructions.
public enum Accelerator: String, Sendable, Hashable, Codable, CaseIterable {
    /// The host's virtualization.
    case kvm
    /// QEMU's translator.
    case tcg
}

/// A host directory shared by virtiofs.
public struct Share: Sendable, Hashable {
    /// The mount tag, at most 36 bytes (virtio 1.2, 5.11.4).
    public var tag: String
    /// The host's directory.
    public var directory: FilePath
    /// Which daemon, with its options.
    public var daemon: VirtiofsdProgram
    /// How much the guest may cache.
    public var cache: VirtiofsdProgram.Cache
    /// The daemon refuses every write, whatever the guest mounts.
    public var readOnly: Bool

    /// A directory, the daemon that serves it and its cache mode.
    public init(
        tag: String, directory: FilePath, daemon: VirtiofsdProgram, cache: VirtiofsdProgram.Cache,
        readOnly: Bool = false
    ) {
        self.tag = tag
        self.directory = directory
        self.daemon = daemon
        self.cache = cache
        self.readOnly = readOnly
    }
}

extension GuestSpecification {
    /// How long QEMU may take until it answers. A function of the host has all of the guest's memory pinned before, a
    /// page at a time.
    var startLimit: Duration { .seconds(passthrough.isEmpty ? 30 : 120 + (memory >> 30)) }
}
