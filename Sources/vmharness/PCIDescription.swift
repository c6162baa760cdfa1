import TestPlan

/// A guest's disks, PCI functions and IOMMU in words.
struct PCIDescription {
    private let guest: GuestRequest

    init(_ guest: GuestRequest) {
        self.guest = guest
    }

    /// A line each, for `vmharness plan show`.
    var lines: [String] {
        var lines: [String] = []
        if let iommu = guest.iommu {
            let options = [
                iommu.interruptRemapping ? "interrupt-remapping" : nil, iommu.cachingMode ? "caching-mode" : nil,
            ]
            lines.append("  iommu: " + joined([iommu.model.rawValue] + options))
        }
        for device in guest.devices {
            switch device {
            case .disk(let disk):
                let limits = disk.limits.map { "\($0.key.rawValue) \($0.value)" }.sorted()
                let interface = disk.interface == .virtio ? nil : disk.interface.rawValue
                let zone = disk.zone.map { "zones of \($0)" }
                let errors = disk.faults.isEmpty ? nil : "errors injected: \(disk.faults.count)"
                let text = joined(["\(disk.size)", interface, zone] + limits + [errors, words(disk.place)])
                lines.append("  disk '\(disk.name)': \(text)")
            case .nic(let nic):
                let text = joined([nic.model.rawValue, nic.usesIOMMU ? "by the IOMMU" : nil, words(nic.place)])
                lines.append("  nic '\(nic.name)': \(text)")
            case .pci(let function):
                lines.append("  pci '\(function.name)': " + joined([function.model.rawValue, words(function.place)]))
            case .virtiofs, .pmem, .vfio: break
            }
        }
        if guest.hasHarness { lines.append("  vmharness itself at /opt/vmharness") }
        return lines
    }

    private func joined(_ words: [String?]) -> String { words.compactMap(\.self).joined(separator: ", ") }

    private func words(_ place: PCIPlaceRequest) -> String? {
        switch place {
        case .rootBus: nil
        case .rootPort: "behind a root port"
        case .bridge(let name): "behind bridge '\(name)'"
        }
    }
}
