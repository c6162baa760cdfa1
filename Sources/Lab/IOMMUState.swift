import Foundation
import HostProcess
import SystemPackage

/// What the host's IOMMU does, as far as vfio asks for it.
struct IOMMUState {
    let tree: SystemTree

    /// The IOMMUs that drive translations, by name (`dmar0`, `ivhd0`, `smmu3.…`).
    var units: [String] { tree.names(in: tree.path("sys/class/iommu")) }

    /// Why a function has no IOMMU group, and what to do about it.
    func absence(on address: PCIAddress) -> Failure {
        let words = (tree.text(tree.path("proc/cmdline")) ?? "").split(separator: " ").map(String.init)
        guard units.isEmpty else {
            return Failure(
                "no IOMMU translates for this function: it has no IOMMU group", on: "\(address)",
                advice: "put it into another slot; the host's IOMMU (\(units[0])) serves others", blame: .request)
        }
        func failure(_ why: String, _ advice: String) -> Failure {
            Failure("the host's IOMMU is off: \(why)", on: "\(address)", advice: advice, blame: .request)
        }
        if let off = words.first(where: { ["intel_iommu=off", "amd_iommu=off", "iommu=off"].contains($0) }) {
            return failure("the kernel was told '\(off)'", "take it off the host kernel's command line and reboot")
        }
        let tables = tree.path("sys/firmware/acpi/tables")
        if tree.exists(tables.appending("DMAR")) {
            return failure(
                "firmware describes VT-d, the kernel does not use it",
                "add 'intel_iommu=on' to the host kernel's command line and reboot")
        }
        if tree.exists(tables.appending("IVRS")) {
            return failure(
                "firmware describes AMD-Vi, the kernel does not use it", "see what `dmesg | grep AMD-Vi` says")
        }
        return failure(
            "firmware describes none (neither DMAR nor IVRS)",
            "switch on VT-d or AMD-Vi (also called IOMMU, or virtualization for directed I/O) in the firmware's setup; "
                + "in a virtual machine, give it an emulated one")
    }

    /// Why interrupts of functions are not remapped; nil if they are, or if this machine is no x86.
    ///
    /// Without remapping a function could raise any interrupt of the host by a write to memory, so vfio_iommu_type1
    /// refuses its container with EPERM (drivers/vfio/vfio_iommu_type1.c, `allow_unsafe_interrupts`). An interrupt
    /// domain that remaps has a chip of a name with `IR-` before it, which /proc/interrupts shows
    /// (drivers/iommu/intel/irq_remapping.c, drivers/iommu/amd/iommu.c).
    func missingRemapping(on address: PCIAddress) -> Failure? {
        guard let interrupts = tree.text(tree.path("proc/interrupts")), interrupts.contains("IO-APIC"),
            !interrupts.contains("IR-")
        else { return nil }
        let parameter = tree.path("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts")
        guard tree.text(parameter) != "Y" else { return nil }
        let words = (tree.text(tree.path("proc/cmdline")) ?? "").split(separator: " ").map(String.init)
        let off = words.first { ["nointremap", "intremap=off"].contains($0) }
        // Bit 3 of VT-d's extended capabilities: the hardware can remap interrupts.
        let can = units.compactMap { tree.text(tree.path("sys/class/iommu/\($0)/intel-iommu/ecap")) }
            .compactMap { Int($0, radix: 16) }.contains { $0 & 8 != 0 }
        let why =
            off.map { "the kernel was told '\($0)'" }
            ?? (can ? "the IOMMU can, the kernel does not use it" : "the IOMMU cannot")
        let mend =
            off.map { "take '\($0)' off the host kernel's command line" }
            ?? (can
                ? "see what `dmesg | grep -i remap` says; x2APIC in the firmware's setup may mend it"
                : "use another host; in a virtual machine, give its IOMMU interrupt remapping")
        return Failure(
            "interrupts of functions are not remapped (\(why)), so vfio refuses them", on: "\(address)",
            advice: mend + "; or, where every guest is trusted, "
                + "`modprobe vfio_iommu_type1 allow_unsafe_interrupts=1`", blame: .request)
    }
}
