import GuestImage
import TestPlan

extension Preparation {
    /// What the plan's IOMMU and disks need of the kernel and it has not.
    static func checkPCI(_ plan: TestPlan, on kernel: Kernel) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        func need(_ options: [String], for what: String, at location: SourceLocation) {
            // An unknown configuration is no proof; the guest is asked once it runs.
            guard kernel.config != nil else { return }
            let lacking = options.map { "CONFIG_\($0)" }.filter { !["y", "m"].contains(kernel.configValue($0)) }
            guard !lacking.isEmpty else { return }
            problems.append(
                Diagnostic(
                    location: location,
                    message: "kernel \(kernel.release) has no \(what): \(lacking.joined(separator: ", ")) is not set",
                    advice: "choose another kernel, or change the plan's guest"))
        }
        if let iommu = plan.guest.iommu {
            switch iommu.model {
            case .intel: need(["INTEL_IOMMU"], for: "driver for iommu: intel", at: iommu.location)
            // Which functions are behind it stands in an ACPI table of its own.
            case .virtio: need(["VIRTIO_IOMMU", "ACPI_VIOT"], for: "driver for iommu: virtio", at: iommu.location)
            }
            if iommu.interruptRemapping { need(["IRQ_REMAP"], for: "interrupt remapping", at: iommu.location) }
        }
        for disk in plan.guest.disks where disk.interface == .nvme {
            need(["BLK_DEV_NVME"], for: "driver for NVMe", at: disk.location)
            if disk.zone != nil { need(["BLK_DEV_ZONED"], for: "zoned disks", at: disk.location) }
        }
        return problems
    }
}
