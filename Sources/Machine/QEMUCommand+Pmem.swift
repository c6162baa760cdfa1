import SystemPackage

/// Persistent memory as QEMU's arguments (docs/nvdimm.txt).
extension QEMUCommand {
    /// What `-machine` gets for it.
    var pmemMachine: String { specification.pmem.contains { $0.model == .nvdimm } ? ",nvdimm=on" : "" }

    /// What `-m` gets for it: NVDIMMs take slots, and all of it takes addresses.
    var pmemRoom: String {
        guard !specification.pmem.isEmpty else { return "" }
        // Each may be aligned to a gigabyte of its own (enforce_aligned_dimm of QEMU's hw/i386/pc.c).
        let gigabyte = 1 << 30
        let room = specification.pmem.reduce(0) { $0 + ($1.size + 2 * gigabyte - 1) / gigabyte * gigabyte }
        let slots = specification.pmem.count { $0.model == .nvdimm }
        return ",slots=\(max(1, slots)),maxmem=\((specification.memory + room) >> 20)M"
    }

    /// The backends and devices. A slot is told, not left to QEMU: the guest finds an NVDIMM by it (its handle in the
    /// NFIT is the slot's number plus one, nvdimm_slot_to_handle of QEMU's hw/acpi/nvdimm.c).
    var pmem: [String] {
        var slot = 0
        return specification.pmem.flatMap { memory -> [String] in
            let backend = "pmem-\(memory.name)"
            var device: String
            switch memory.model {
            case .nvdimm:
                device = "nvdimm,id=nvdimm-\(memory.name),memdev=\(backend),slot=\(slot)"
                if let label = memory.label { device += ",label-size=\(label)" }
                if memory.unarmed { device += ",unarmed=on" }
                slot += 1
            case .virtioPmem:
                device = "virtio-pmem-pci,id=vpmem-\(memory.name),memdev=\(backend)"
            }
            return ["-object", self.backend(of: memory, id: backend), "-device", device]
        }
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
