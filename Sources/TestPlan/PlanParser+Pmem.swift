extension PlanParser {
    private static let pmemKeys = [
        "name", "size", "label", "backing", "align", "pmem", "unarmed", "read-only", "contents",
    ]
    /// 512 GiB: an emulated CPU has 40 bits of physical addresses, and the guest's memory wants some.
    private static let pmemSizes = ByteCount.mebibytes(16) ... .gibibytes(512)
    /// What Linux can divide into regions (MEMREMAP_COMPAT_ALIGN_MAX of include/linux/memremap.h).
    private static let pmemStep = ByteCount.mebibytes(16)
    /// From MIN_NAMESPACE_LABEL_SIZE of QEMU's include/hw/mem/nvdimm.h; the guest reads all of it in pieces of 4 KiB.
    private static let labelSizes = ByteCount.kibibytes(128) ... .mebibytes(16)
    private static let alignments = ByteCount.kibibytes(4) ... .gibibytes(1)

    func pmem(_ entry: LocatedNode.Entry, _ model: PmemRequest.Model) -> PmemRequest? {
        let subject = model.rawValue
        guard let reader = MappingReader(entry.value, of: subject, keys: Self.pmemKeys, problems) else { return nil }
        let name = reader.required("name").flatMap { deviceName($0, reader.label("name")) }
        let size = reader.required("size").flatMap { $0.byteCount(reader.label("size"), in: Self.pmemSizes, problems) }
        let backing = reader.node("backing").map { pmemBacking($0, reader.label("backing")) } ?? .file
        let label = reader.byteCount("label", in: Self.labelSizes)
        if let label { checkLabel(label, reader) }
        let align = reader.byteCount("align", in: Self.alignments)
        if let align { checkAlign(align, reader) }
        guard let name, let size, let backing else { return nil }
        let request = PmemRequest(
            name: name, model: model, backing: backing, size: size, label: label, align: align,
            pmem: reader.boolean("pmem") ?? false, unarmed: reader.boolean("unarmed") ?? false,
            readOnly: reader.boolean("read-only") ?? false, contents: contents(reader, size),
            location: entry.location)
        checkSize(request, reader)
        checkCombination(request, reader)
        return request
    }

    /// `file`, `memfd`, `ram`, or the path of a node.
    private func pmemBacking(_ node: LocatedNode, _ label: String) -> PmemRequest.Backing? {
        guard let text = node.string(label, problems) else { return nil }
        switch text {
        case "file": return .file
        case "memfd": return .memfd
        case "ram": return .ram
        default: break
        }
        guard text.hasPrefix("/") else {
            let words = ["file", "memfd", "ram"]
            let advice = nearestSpelling(of: text, among: words).map { "did you mean '\($0)'?" }
            problems.report(
                "\(label) must be file, memfd, ram or the path of a device-dax node, not \(quoted(text))",
                at: node.location, advice: advice ?? (text.hasPrefix("dax") ? "did you mean '/dev/\(text)'?" : nil))
            return nil
        }
        // Anything else QEMU would make a regular file of, and say nothing.
        guard isDaxNode(text) else {
            problems.report(
                "\(label): \(quoted(text)) is not the path of a device-dax node", at: node.location,
                advice: "write it as /dev/daxX.Y, such as /dev/dax0.0; for a file, leave 'backing' out")
            return nil
        }
        return .devdax(text)
    }

    private func isDaxNode(_ path: String) -> Bool {
        guard path.hasPrefix("/dev/dax") else { return false }
        let numbers = path.dropFirst("/dev/dax".count).split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 2
            && numbers.allSatisfy { (1...9).contains($0.utf8.count) && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    }

    private func checkLabel(_ label: ByteCount, _ reader: MappingReader) {
        let page = 4096
        guard label.bytes % page != 0 else { return }
        problems.report(
            "\(reader.label("label")) must be a multiple of 4KiB, not \(label)", at: reader.place(of: "label"),
            advice: "did you mean \(ByteCount(bytes: (label.bytes / page + 1) * page))?")
    }

    private func checkAlign(_ align: ByteCount, _ reader: MappingReader) {
        guard align.bytes & (align.bytes - 1) != 0 else { return }
        // Both neighbours lie within the range, whose ends are powers of two themselves.
        let below = 1 << (Int.bitWidth - 1 - align.bytes.leadingZeroBitCount)
        let nearest = align.bytes - below < 2 * below - align.bytes ? below : 2 * below
        problems.report(
            "\(reader.label("align")) must be a power of two, not \(align)", at: reader.place(of: "align"),
            advice: "did you mean \(ByteCount(bytes: nearest))?")
    }

    /// What is left for data must divide evenly: QEMU cuts off the rest in silence, and Linux refuses such a region.
    private func checkSize(_ request: PmemRequest, _ reader: MappingReader) {
        let label = request.label?.bytes ?? 0
        var step = Self.pmemStep.bytes
        if let align = request.align?.bytes, align & (align - 1) == 0 { step = max(step, align) }
        let data = request.size.bytes - label
        guard data < step || data % step != 0 else { return }
        let whole = max(1, (max(0, data) + step - 1) / step) * step
        problems.report(
            "\(reader.label("size")) must be a multiple of \(ByteCount(bytes: step))"
                + (label > 0 ? " and the label of \(ByteCount(bytes: label))" : "") + ", not \(request.size)",
            at: reader.place(of: "size"), advice: "did you mean \(ByteCount(bytes: whole + label))?")
    }

    /// What does not go together, each by the reason of QEMU or Linux.
    private func checkCombination(_ request: PmemRequest, _ reader: MappingReader) {
        func refuse(_ key: String, _ reason: String, _ advice: String) {
            problems.report("\(reader.label(key)): \(reason)", at: reader.place(of: key), advice: advice)
        }
        if request.model == .virtioPmem {
            if request.label != nil { refuse("label", "virtio-pmem has no labels", "leave it out, or use an nvdimm") }
            if request.unarmed { refuse("unarmed", "virtio-pmem has no such state", "leave it out, or use an nvdimm") }
            if request.readOnly {
                // The device has no way to say so (virtio 1.2, 5.19): writes would vanish.
                refuse("read-only", "virtio-pmem cannot tell its guest", "leave it out, or use an nvdimm")
            }
        }
        switch request.backing {
        case .file, .devdax: break
        case .memfd, .ram:
            for (key, isSet) in [
                ("align", request.align != nil), ("pmem", request.pmem), ("read-only", request.readOnly),
            ] where isSet {
                refuse(key, "only a file or a device-dax node has it", "leave it out, or use 'backing: file'")
            }
        }
        if request.backing != .file, request.contents != nil {
            refuse("contents", "only a file of the cell's can begin with an image", "leave 'backing' out")
        }
        if request.model == .nvdimm, request.readOnly, !request.unarmed {
            // "'unarmed' property must be 'on' since memdev m is read-only" (QEMU 7.2).
            refuse("read-only", "an NVDIMM that cannot be written to is unarmed", "add 'unarmed: true'")
        }
    }

    private func contents(_ reader: MappingReader, _ size: ByteCount) -> String? {
        guard let node = reader.node("contents"), let path = planFile(node, reader.label("contents")) else {
            return nil
        }
        guard let length = fileSize(path) else { return nil }
        if length > size.bytes {
            problems.report(
                "\(reader.label("contents")): \(quoted(path)) is larger than the \(size) of the device",
                at: node.location, advice: "give the device the size of the image, \(ByteCount(bytes: length))")
        }
        return path
    }

    /// What of the guest's other devices persistent memory does not go with.
    func checkPmem(of guest: GuestRequest) {
        guard let share = guest.virtiofs.first else { return }
        for request in guest.pmem {
            // virtiofsd maps all of the guest's memory by its descriptors, to read and to write.
            let reason: String
            switch request.backing {
            case .devdax(let node): reason = "virtiofsd cannot map \(node) and ends as soon as the guest uses it"
            case .ram: reason = "virtiofsd cannot reach memory of QEMU's own"
            case .file where request.readOnly: reason = "virtiofsd cannot map a file that is read-only"
            case .file, .memfd: continue
            }
            problems.report(
                "'\(request.name)' does not go with virtiofs '\(share.tag)' in line \(share.location.line): \(reason)",
                at: request.location, advice: "drop one of them, or use 'backing: file' without 'read-only'")
        }
    }
}
