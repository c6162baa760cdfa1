import Machine
import RunRecord
import SystemPackage

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
