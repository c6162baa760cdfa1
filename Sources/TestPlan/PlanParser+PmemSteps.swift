extension PlanParser {
    static let pmemStepKeys = ["device", "mode", "tool", "sector-size", "map", "align"]
    /// btt_lbasize_supported of drivers/nvdimm/btt_devs.c.
    private static let sectorSizes = [512, 520, 528, 4096, 4104, 4160, 4224]
    private static let mappings = [ByteCount.kibibytes(4), .mebibytes(2), .gibibytes(1)]

    func pmemStep(_ kind: StepKind, _ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        let device = reader.required("device").flatMap { declaredPmem($0, reader.label("device"), guest) }
        switch kind {
        case .pmemSave, .pmemRestore:
            guard let device, isRestorable(device, reader.subject, at: reader.location, guest) else { return nil }
            return kind == .pmemSave ? .pmemSave(device: device.name) : .pmemRestore(device: device.name)
        default:
            let layout = pmemLayout(reader)
            guard let device, let layout else { return nil }
            if device.unarmed, device.contents == nil, layout.mode != .raw {
                problems.report(
                    "\(reader.label("mode")): the guest cannot write to '\(device.name)', so it stays raw",
                    at: reader.place(of: "mode"),
                    advice: "write 'mode: raw', or give it 'contents' in line \(device.location.line)")
            }
            return .pmem(device: device.name, layout: layout)
        }
    }

    /// Whether what is behind a device can be written to by the host while QEMU has it mapped; reported if not.
    private func isRestorable(
        _ device: PmemRequest, _ subject: String, at place: SourceLocation, _ guest: GuestRequest
    ) -> Bool {
        if let function = guest.passthrough.first {
            // Holes are punched into the file: vfio keeps the pages that were pinned, QEMU and the guest get others.
            problems.report(
                "\(subject): '\(device.name)' cannot be put back beside vfio '\(function.name)' in line "
                    + "\(function.location.line), whose DMA would go on into the pages it had",
                at: place, advice: "let 'mkfs' and the like make its contents, or drop the function")
            return false
        }
        if device.backing == .file, !device.readOnly { return true }
        problems.report(
            "\(subject): '\(device.name)' is not a file that can be put back", at: place,
            advice: "declare it in line \(device.location.line) without 'backing' and 'read-only'")
        return false
    }

    /// `restore` of a suite: what its cases get back, each as `pmem.save` kept it.
    func restoredPmem(_ reader: MappingReader, _ guest: GuestRequest) -> [String] {
        guard let items = reader.node("restore")?.items(reader.label("restore"), problems) else { return [] }
        return items.compactMap { item in
            guard let device = declaredPmem(item, "an item of \(reader.label("restore"))", guest),
                isRestorable(device, reader.label("restore"), at: item.location, guest)
            else { return nil }
            return device.name
        }
    }

    private func pmemLayout(_ reader: MappingReader) -> PmemLayout? {
        let mode = reader.required("mode").flatMap { $0.choice(reader.label("mode"), of: PmemMode.self, problems) }
        let tool = reader.choice("tool", of: PmemLayout.Tool.self) ?? .any
        let sectorSize = reader.node("sector-size").flatMap { supportedSector($0, reader.label("sector-size")) }
        let map = reader.choice("map", of: PmemLayout.PageMap.self)
        let align = reader.node("align").flatMap { supportedAlign($0, reader.label("align")) }
        guard let mode else { return nil }
        let isSector = mode == .sector
        let isDirect = mode == .fsdax || mode == .devdax
        for (key, fits, modes) in [
            ("sector-size", isSector, "sector"), ("map", isDirect, "fsdax and devdax"),
            ("align", isDirect, "fsdax and devdax"),
        ] where !fits && reader.node(key) != nil {
            problems.report(
                "\(reader.label(key)) is for \(modes), not for \(mode.rawValue)", at: reader.place(of: key),
                advice: "leave it out")
        }
        return PmemLayout(mode: mode, tool: tool, sectorSize: sectorSize, map: map, align: align)
    }

    private func supportedSector(_ node: LocatedNode, _ label: String) -> Int? {
        let range = ByteCount(bytes: 1)...ByteCount.kibibytes(8)
        guard let size = node.byteCount(label, in: range, problems)?.bytes else { return nil }
        if Self.sectorSizes.contains(size) { return size }
        let nearest = Self.sectorSizes.min { abs($0 - size) < abs($1 - size) }!
        problems.report(
            "\(label) must be \(alternatives(Self.sectorSizes.map(String.init))), not \(size)", at: node.location,
            advice: "did you mean \(nearest)?")
        return nil
    }

    private func supportedAlign(_ node: LocatedNode, _ label: String) -> ByteCount? {
        guard let size = node.byteCount(label, in: .kibibytes(4) ... .gibibytes(1), problems) else { return nil }
        if Self.mappings.contains(size) { return size }
        let nearest = Self.mappings.min { abs($0.bytes - size.bytes) < abs($1.bytes - size.bytes) }!
        problems.report(
            "\(label) must be \(alternatives(Self.mappings.map(\.description))), not \(size)", at: node.location,
            advice: "did you mean \(nearest)?")
        return nil
    }

    private func declaredPmem(_ node: LocatedNode, _ label: String, _ guest: GuestRequest) -> PmemRequest? {
        guard let name = node.string(label, problems) else { return nil }
        if let device = guest.pmem.first(where: { $0.name == name }) { return device }
        let names = guest.pmem.map(\.name)
        problems.report(
            "\(label): the guest has no persistent memory \(quoted(name))", at: node.location,
            advice: names.isEmpty
                ? "declare an nvdimm or virtio-pmem under 'devices' in 'guest'"
                : spellingAdvice(for: name, among: names))
        return nil
    }

    /// What a step needs of the steps before it: a mode, and one that can hold a file system.
    func checkPmem(of steps: [PlanStep], _ guest: GuestRequest) {
        let names = Set(guest.pmem.map(\.name))
        guard !names.isEmpty else { return }
        var modes: [String: PmemMode] = [:]
        var saved: [String: Int] = [:]
        for step in steps {
            func refuse(_ message: String, _ advice: String) {
                problems.report("\(step.action.kind.rawValue): \(message)", at: step.location, advice: advice)
            }
            func needsMode(_ name: String) -> PmemMode? {
                if modes[name] == nil {
                    refuse(
                        "'\(name)' has no mode yet", "put '- pmem: {device: \(name), mode: …}' before it")
                }
                return modes[name]
            }
            func needsCopy(_ name: String) {
                guard saved[name] == nil else { return }
                refuse("nothing was saved of '\(name)'", "put '- pmem.save: {device: \(name)}' before it")
            }
            switch step.action {
            case .pmem(let name, let layout): modes[name] = layout.mode
            case .pmemSave(let name):
                _ = needsMode(name)
                // One copy is kept of a device, and a further guest brings that back at each save.
                if let line = saved[name] {
                    refuse("'\(name)' is saved a second time", "keep the save in line \(line) alone")
                }
                saved[name] = saved[name] ?? step.location.line
            case .pmemRestore(let name): needsCopy(name)
            case .suite(let request): for name in request.restored { needsCopy(name) }
            case .mkfs(let name, _, _) where names.contains(name):
                if needsMode(name) == .devdax {
                    refuse("'\(name)' is a character device in mode devdax", "give it the mode fsdax")
                }
            case .mountDisk(let name, _, _, let options, _) where names.contains(name):
                let mode = needsMode(name)
                if mode == .devdax {
                    refuse("'\(name)' is a character device in mode devdax", "give it the mode fsdax")
                } else if mode == .sector, options.contains(where: { ["dax", "dax=always"].contains($0) }) {
                    refuse("'\(name)' has no DAX in mode sector", "give it the mode fsdax, or leave 'dax' out")
                }
            default: break
            }
        }
        checkSavesInParts(of: steps)
    }

    /// The guests of a suite's other parts leave out cases that the first runs: they would save something else.
    private func checkSavesInParts(of steps: [PlanStep]) {
        func isSave(_ step: PlanStep) -> Bool { step.action.kind == .pmemSave }
        guard let suite = steps.first(where: { ($0.action.suiteOptions?.shards ?? 1) > 1 }),
            let last = steps.lastIndex(where: isSave), let made = steps[..<last].first(where: \.isCase)
        else { return }
        problems.report(
            "\(suite.action.kind.rawValue): 'shards' stands with the case in line \(made.location.line), which one part "
                + "alone runs before 'pmem.save' in line \(steps[last].location.line)",
            at: suite.location,
            advice: "give that 'setup: true', put it after the save, or leave 'shards' out")
    }
}
