import Machine
import RunRecord
import Steps
import SystemPackage
import TestPlan

extension EnvironmentRecord.Pmem {
    /// What a guest got, in the words of the record.
    init(_ memory: PersistentMemory) {
        let backing =
            switch memory.backing {
            case .file: "file"
            case .memfd: "memfd"
            case .ram: "ram"
            case .devdax(let node): node.string
            }
        let flags = [("pmem", memory.pmem), ("unarmed", memory.unarmed), ("read-only", memory.readOnly)]
        self.init(
            name: memory.name, model: memory.model.rawValue, backing: backing, size: memory.size, label: memory.label,
            align: memory.align, flags: flags.filter(\.1).map(\.0))
    }
}

extension PersistentMemory {
    /// What is not as its plan would have it; nil if all is.
    var note: String? {
        guard pmem, case .file(let file) = backing, !mapsSynchronously(file) else { return nil }
        return "'\(name)' is 'pmem: true' over a file that is not on a DAX file system: QEMU's own writes to it are no "
            + "more durable than without"
    }
}

extension GuestSpecification {
    /// Where the guest has its persistent memory, by name: NVDIMMs by the slots that QEMU is told, virtio-pmem by the PCI
    /// addresses, which QEMU gives out in our order.
    var places: [String: GuestPmem] {
        var next: [PersistentMemory.Model: Int] = [.nvdimm: 1, .virtioPmem: 0]
        return pmem.reduce(into: [:]) { places, memory in
            let number = next[memory.model]!
            next[memory.model] = number + 1
            let file: FilePath? = if case .file(let path) = memory.backing { path } else { nil }
            places[memory.name] = GuestPmem(
                model: PmemRequest.Model(rawValue: memory.model.rawValue)!, number: number, file: file)
        }
    }
}
