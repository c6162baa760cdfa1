import Machine
import TestPlan

/// Whether a cell's guests can start from a template.
struct TemplateFitness {
    let prepared: PreparedCell

    /// The most devices that are plugged in: the root bus has slots for more, and no plan has so many.
    private static let mostDevices = 64

    /// Why they cannot, as a clause; nil if they can.
    var obstacle: String? {
        let guest = prepared.cell.plan.guest
        if case .libvirt = prepared.backend { return "libvirt restores no guest of another name" }
        if prepared.accelerator.accelerator == .kvm { return "templates are for TCG, where booting takes seconds" }
        if guest.initSystem == .systemd { return "systemd would go on with what it knows of the template" }
        if guest.boot == .bzimage { return "`boot: bzimage` asks for a layout of the kernel of its own (KASLR)" }
        if guest.iommu != nil { return "an IOMMU, and what is behind it, cannot be plugged in" }
        if guest.hasHarness { return "vmharness itself is set up in the guest while it boots" }
        if !prepared.passthrough.isEmpty { return "functions of the host want all of its memory pinned at its start" }
        if !guest.nics.isEmpty || !guest.functions.isEmpty { return "emulated PCI functions are not plugged in" }
        if guest.devices.count > Self.mostDevices { return "it has more than \(Self.mostDevices) devices" }
        for disk in guest.disks {
            if case .bridge = disk.place { return "the disk '\(disk.name)' sits behind a bridge" }
            if !disk.faults.isEmpty { return "QEMU is told of the errors of the disk '\(disk.name)' at its start" }
            if disk.zone != nil { return "the zoned disk '\(disk.name)' cannot be plugged in" }
        }
        return nil
    }

    /// Root ports that a template keeps free for guests with so many devices: eight, or a multiple.
    static func ports(for devices: Int) -> Int { max(8, (devices + 7) / 8 * 8) }
}
