import SystemPackage

extension DomainXML {
    /// vhost-user devices read the guest's memory from another process.
    var memory: [Markup] {
        let room = Markup(
            "maxMemory", ["slots": "\(raw.pmemSlots)", "unit": "MiB"], text: "\(raw.pmemLimit >> 20)")
        let shared = Markup(
            "memoryBacking", [:], [Markup("source", ["type": "memfd"]), Markup("access", ["mode": "shared"])])
        return (specification.pmem.isEmpty ? [] : [room])
            + [Markup("memory", ["unit": "MiB"], text: "\(specification.memory >> 20)")]
            + (specification.needsSharedMemory ? [shared] : [])
    }

    /// libvirt has a model for what lies in a file or on a device-dax node, and none for memory without a path, nor
    /// for a backing that is opened read-only.
    private func isModelled(_ memory: PersistentMemory) -> Bool { path(of: memory) != nil && !memory.readOnly }

    private func path(of memory: PersistentMemory) -> String? {
        switch memory.backing {
        case .file(let path), .devdax(let path): path.string
        case .memfd, .ram: nil
        }
    }

    /// The arguments for the persistent memory that libvirt has no model for.
    var rawPmem: [String] { specification.pmem.filter { !isModelled($0) }.flatMap(raw.arguments) }

    /// NVDIMMs with a path.
    var nvdimms: [Markup] {
        specification.pmem.filter { isModelled($0) && $0.model == .nvdimm }.map { memory in
            let source =
                [Markup("path", text: path(of: memory)!)]
                + (memory.align.map { [Self.size("alignsize", $0)] } ?? []) + (memory.pmem ? [Markup("pmem")] : [])
            let target =
                [Self.size("size", memory.size), Markup("node", text: "0")]
                + (memory.label.map { [Markup("label", [:], [Self.size("size", $0)])] } ?? [])
                // QEMU's unarmed=on: the guest is told that writes may be lost.
                + (memory.unarmed ? [Markup("readonly")] : [])
            return Markup(
                "memory", ["model": "nvdimm", "access": "shared"],
                [
                    Markup("source", [:], source), Markup("target", [:], target),
                    Markup("address", ["type": "dimm", "slot": "\(raw.slot(of: memory))"]),
                ])
        }
    }

    /// virtio-pmem with a path, each waiting for its address.
    var virtioPmem: [(Markup) -> Markup] {
        specification.pmem.filter { isModelled($0) && $0.model == .virtioPmem }.map { memory in
            { address in
                Markup(
                    "memory", ["model": "virtio-pmem", "access": "shared"],
                    [
                        Markup("source", [:], [Markup("path", text: self.path(of: memory)!)]),
                        Markup("target", [:], [Self.size("size", memory.size)]), address,
                    ])
            }
        }
    }

    private static func size(_ name: String, _ bytes: Int) -> Markup {
        Markup(name, ["unit": "KiB"], text: "\(bytes >> 10)")
    }
}
