/// The guest a plan asks for.
public struct GuestRequest: Sendable, Hashable {
    /// Which form of the kernel is started.
    public enum Boot: String, Sendable, Hashable, Codable, CaseIterable {
        /// `vmlinux` where instructions are emulated and the kernel can be booted so, else `bzimage`.
        case auto
        /// The compressed image by its own set-up code, as firmware and boot loaders start it.
        case bzimage
        /// The unpacked image by its PVH note: 1 to 2.5 s less when emulated, and no KASLR.
        case vmlinux
    }

    /// What starts the guest.
    public enum Backend: String, Sendable, Hashable, Codable, CaseIterable {
        /// QEMU as a child of the harness.
        case qemu
        /// libvirt.
        case libvirt
    }

    /// Which program is the guest's process 1.
    public enum InitSystem: String, Sendable, Hashable, Codable, CaseIterable {
        /// Our own short init: the least time until the first step.
        case fast
        /// systemd, for plans which need units, udev rules or a session.
        case systemd
    }

    /// Guest memory, 128 MiB to 1 TiB; 1 GiB unless the plan says otherwise.
    public var memory: ByteCount
    /// Virtual CPUs, 1 to 256; 2 unless the plan says otherwise.
    public var cpus: Int
    /// The root file system: the name of a definition below `images/`; `base` unless the plan says otherwise.
    public var image: String
    /// Process 1; ``InitSystem/fast`` unless the plan says otherwise.
    public var initSystem: InitSystem
    /// The accelerator which the plan insists on, or nil if any will do.
    public var accelerator: Accelerator?
    /// What starts the guest, if the plan insists on one.
    public var backend: Backend?
    /// Which form of the kernel is started; ``Boot/auto`` unless the plan says otherwise.
    public var boot: Boot
    /// Arguments appended to the kernel command line, printable ASCII, at most 1024 bytes together.
    public var commandLine: [String]
    /// The devices beyond what every guest has, in the order of the plan.
    public var devices: [DeviceRequest]
    /// The guest's IOMMU, or nil for none.
    public var iommu: IOMMURequest?
    /// vmharness itself, with its images, guests and plans, is in the guest at `/opt/vmharness` and in its `PATH`.
    public var hasHarness: Bool

    /// The file with the definition that it extends, or nil for none.
    public var definition: String?

    /// Creates a request; everything left out is the default of the plan format.
    public init(
        memory: ByteCount = .gibibytes(1),
        cpus: Int = 2,
        image: String = "base",
        initSystem: InitSystem = .fast,
        accelerator: Accelerator? = nil,
        backend: Backend? = nil,
        boot: Boot = .auto,
        commandLine: [String] = [],
        devices: [DeviceRequest] = [],
        iommu: IOMMURequest? = nil,
        hasHarness: Bool = false
    ) {
        self.memory = memory
        self.cpus = cpus
        self.image = image
        self.initSystem = initSystem
        self.accelerator = accelerator
        self.backend = backend
        self.boot = boot
        self.commandLine = commandLine
        self.devices = devices
        self.iommu = iommu
        self.hasHarness = hasHarness
    }

    /// The virtiofs devices among ``devices``.
    public var virtiofs: [VirtiofsRequest] {
        devices.compactMap { device in
            if case .virtiofs(let request) = device { request } else { nil }
        }
    }

    /// The disks among ``devices``.
    public var disks: [DiskRequest] {
        devices.compactMap { device in
            if case .disk(let request) = device { request } else { nil }
        }
    }

    /// The persistent memory among ``devices``.
    public var pmem: [PmemRequest] {
        devices.compactMap { device in
            if case .pmem(let request) = device { request } else { nil }
        }
    }

    /// The network cards among ``devices``.
    public var nics: [NICRequest] {
        devices.compactMap { device in
            if case .nic(let request) = device { request } else { nil }
        }
    }

    /// The emulated PCI functions among ``devices``.
    public var functions: [PCIFunctionRequest] {
        devices.compactMap { device in
            if case .pci(let request) = device { request } else { nil }
        }
    }

    /// The bridges that ``devices`` name as their place.
    public var bridges: Set<String> {
        Set(
            devices.compactMap { device in
                if case .bridge(let name)? = device.place { name } else { nil }
            })
    }

    /// The host's PCI functions among ``devices``.
    public var passthrough: [PassthroughRequest] {
        devices.compactMap { device in
            if case .vfio(let request) = device { request } else { nil }
        }
    }
}

/// How QEMU runs the guest's instructions.
public enum Accelerator: String, Sendable, Hashable, Codable, CaseIterable {
    /// Hardware virtualisation.
    case kvm
    /// QEMU's translator: slow, and everywhere.
    case tcg
}
