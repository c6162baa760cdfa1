import RunRecord
import TestPlan

extension EnvironmentRecord {
    /// Notes the disks, the PCI functions and the IOMMU that a plan gave its guest.
    mutating func describe(_ guest: GuestRequest) {
        let disks = guest.disks.map(Disk.init)
        if !disks.isEmpty { self.disks = disks }
        let functions = guest.devices.compactMap { device -> Function? in
            switch device {
            case .nic(let nic): Function(name: nic.name, model: nic.model.rawValue, behind: nic.place.word)
            case .pci(let pci): Function(name: pci.name, model: pci.model.rawValue, behind: pci.place.word)
            case .virtiofs, .disk, .pmem, .vfio: nil
            }
        }
        if !functions.isEmpty { self.functions = functions }
        iommu = guest.iommu.map { request in
            let options = [
                request.interruptRemapping ? "interrupt-remapping" : nil, request.cachingMode ? "caching-mode" : nil,
            ]
            return ([request.model.rawValue] + options.compactMap(\.self)).joined(separator: ", ")
        }
    }
}

extension EnvironmentRecord.Disk {
    fileprivate init(_ disk: DiskRequest) {
        self.init(
            name: disk.name, size: disk.size.bytes, format: "raw",
            limits: Dictionary(uniqueKeysWithValues: disk.limits.map { ($0.key.rawValue, $0.value) }),
            interface: disk.interface == .virtio ? nil : disk.interface.rawValue, zone: disk.zone?.bytes,
            errors: disk.faults.isEmpty ? nil : disk.faults.map(\.words), behind: disk.place.word)
    }
}

extension PCIPlaceRequest {
    /// As the plan says it; nil for the root bus.
    fileprivate var word: String? {
        switch self {
        case .rootBus: nil
        case .rootPort: "root-port"
        case .bridge(let name): name
        }
    }
}

extension DiskFaultRequest {
    /// The rule in words.
    fileprivate var words: String {
        request.rawValue + (sector.map { " of sector \($0)" } ?? "") + ": \(error.rawValue)" + (once ? ", once" : "")
    }
}
