import Machine
import TestPlan

extension PCIPlace {
    /// The place that a plan names.
    init(_ place: PCIPlaceRequest) {
        self =
            switch place {
            case .rootBus: .rootBus
            case .rootPort: .rootPort
            case .bridge(let name): .bridge(name)
            }
    }
}

extension PCIFunction {
    /// The emulated functions of a plan's guest, in the plan's order; its disks are not among them.
    static func functions(of guest: GuestRequest) -> [PCIFunction] {
        guest.devices.compactMap { device in
            switch device {
            case .nic(let nic):
                PCIFunction(
                    name: nic.name, kind: .nic(model: nic.model.qemuName, usesIOMMU: nic.usesIOMMU),
                    place: PCIPlace(nic.place))
            case .pci(let function):
                PCIFunction(
                    name: function.name, kind: .plain(model: function.model.rawValue),
                    place: PCIPlace(function.place))
            case .virtiofs, .disk, .pmem, .vfio: nil
            }
        }
    }
}

extension NICRequest.Model {
    fileprivate var qemuName: String {
        switch self {
        case .virtio: "virtio-net-pci"
        case .e1000, .e1000e: rawValue
        }
    }
}

extension IOMMU {
    /// The IOMMU that a plan asks for.
    init(_ request: IOMMURequest) {
        self =
            switch request.model {
            case .virtio: .virtio
            case .intel:
                .intel(interruptRemapping: request.interruptRemapping, cachingMode: request.cachingMode)
            }
    }

    /// What the guest's kernel must be told to use it: VT-d is off unless its configuration says otherwise
    /// (Documentation/admin-guide/kernel-parameters.txt, intel_iommu=).
    var commandLine: [String] {
        switch self {
        case .intel: ["intel_iommu=on"]
        case .virtio: []
        }
    }
}
