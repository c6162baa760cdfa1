import GuestImage
import Machine
import SystemPackage
import TestPlan

extension GuestSpecification {
    /// The guest of a cell.
    ///
    /// - Parameters:
    ///   - prepared: what it is made of.
    ///   - initrd: its own initramfs, with the run's keys.
    ///   - directories: the host's directory behind each share's tag.
    ///   - disks: those of the plan and of its suites.
    init(_ prepared: PreparedCell, initrd: FilePath, directories: [String: FilePath], disks: [Disk]) {
        let guest = prepared.cell.plan.guest
        let iommu = guest.iommu.map(IOMMU.init)
        self.init(
            memory: guest.memory.bytes,
            cpus: guest.cpus,
            accelerator: prepared.accelerator.accelerator,
            isThreaded: prepared.qemu.hasSafeThreads,
            kernel: prepared.bootFile,
            initrd: initrd,
            commandLine: KernelCommandLine.defaults(
                emulated: prepared.accelerator.accelerator == .tcg, systemd: guest.initSystem == .systemd)
                + (iommu?.commandLine ?? []) + guest.commandLine,
            disks: [
                Disk(serial: "root", image: prepared.image.disk, access: .layered),
                Disk(serial: "modules", image: prepared.kernel.modulesImage, access: .readOnly),
            ] + disks,
            shares: guest.virtiofs.map { share in
                Share(
                    tag: share.tag, directory: directories[share.tag]!, daemon: prepared.daemons[share.tag]!,
                    cache: VirtiofsdProgram.Cache(rawValue: share.cache.rawValue)!, readOnly: share.readOnly)
            })
        self.iommu = iommu
        functions = PCIFunction.functions(of: guest)
    }
}
