import SystemPackage

/// Persistent memory as QEMU's arguments (docs/nvdimm.txt).
extension QEMUCommand {
    /// What `-machine` gets for it.
    var pmemMachine: String { specification.pmem.contains { $0.model == .nvdimm } ? ",nvdimm=on" : "" }

    /// What `-m` gets for it: NVDIMMs take slots, and all of it takes addresses.
    var pmemRoom: String {
        specification.pmem.isEmpty ? "" : ",slots=\(pmemSlots),maxmem=\(pmemLimit >> 20)M"
    }

    /// Slots for NVDIMMs.
    var pmemSlots: Int { max(1, specification.pmem.count { $0.model == .nvdimm }) }

    /// Bytes of memory of both kinds, at most.
    var pmemLimit: Int {
        // Each may be aligned to a gigabyte of its own (enforce_aligned_dimm of QEMU's hw/i386/pc.c).
        let gigabyte = 1 << 30
        return specification.memory
            + specification.pmem.reduce(0) { $0 + ($1.size + 2 * gigabyte - 1) / gigabyte * gigabyte }
    }

    /// The backends and devices. A slot is told, not left to QEMU: the guest finds an NVDIMM by it (its handle in the
    /// NFIT is the slot's number plus one, nvdimm_slot_to_handle of QEMU's hw/acpi/nvdimm.c).
    var pmem: [String] {
        if case .seed = specification.origin { return [] }
        return specification.pmem.flatMap { arguments(of: $0) }
    }

    /// The slot of an NVDIMM: they count from 0, in the order of the plan.
    func slot(of memory: PersistentMemory) -> Int {
        specification.pmem.filter { $0.model == .nvdimm }.firstIndex { $0.name == memory.name } ?? 0
    }

    /// The backend and device of one.
    func arguments(of memory: PersistentMemory) -> [String] {
        let backend = "pmem-\(memory.name)"
        var device: String
        switch memory.model {
        case .nvdimm:
            device = "nvdimm,id=nvdimm-\(memory.name),memdev=\(backend),slot=\(slot(of: memory))"
            if let label = memory.label { device += ",label-size=\(label)" }
            if memory.unarmed { device += ",unarmed=on" }
        case .virtioPmem:
            device =
                "virtio-pmem-pci,id=vpmem-\(memory.name),memdev=\(backend)" + plugBus(of: "pmem-\(memory.name)")
        }
        return ["-object", self.backend(of: memory, id: backend), "-device", device]
    }

    /// Always shared: what a guest writes to a private mapping never comes to the file, and a vhost-user daemon would
    /// not see it either. Only anonymous memory cannot be.
    private func backend(of memory: PersistentMemory, id: String) -> String {
        let size = "id=\(id),size=\(memory.size)"
        switch memory.backing {
        case .ram: return "memory-backend-ram,\(size)"
        case .memfd: return "memory-backend-memfd,share=on,\(size)"
        case .file(let path), .devdax(let path):
            var text = "memory-backend-file,share=on,mem-path=\(escaped(path)),\(size)"
            if let align = memory.align { text += ",align=\(align)" }
            if memory.pmem { text += ",pmem=on" }
            if memory.readOnly { text += ",readonly=on" }
            return text
        }
    }
}
