extension PlanParser {
    private static let passthroughKeys = ["name", "address", "match"]
    private static let longestPassthroughName = 20

    func passthrough(_ entry: LocatedNode.Entry) -> PassthroughRequest? {
        guard let reader = MappingReader(entry.value, of: "vfio", keys: Self.passthroughKeys, problems) else {
            return nil
        }
        let name = reader.required("name").flatMap { passthroughName($0, reader.label("name")) }
        if reader.node("address") != nil, reader.node("match") != nil {
            problems.report(
                "vfio has both 'address' and 'match'", at: reader.place(of: "match"), advice: "leave one of them out")
            return nil
        }
        let choice: PassthroughRequest.Choice?
        if let node = reader.node("match") {
            choice = match(node)
        } else {
            guard let node = reader.node("address") else {
                problems.report(
                    "vfio has neither 'address' nor 'match'", at: reader.location,
                    advice: "add 'address: \"0000:03:00.0\"' or 'match: {vendor: 8086, device: 10d3}'")
                return nil
            }
            choice = address(node, reader.label("address")).map { .address($0) }
        }
        guard let name, let choice else { return nil }
        return PassthroughRequest(name: name, choice: choice, location: entry.location)
    }

    /// What the functions of a guest must not be together.
    func checkPassthrough(_ guest: GuestRequest) {
        guard let first = guest.passthrough.first else { return }
        var seen: [String: PassthroughRequest] = [:]
        for request in guest.passthrough {
            guard case .address(let address) = request.choice else { continue }
            if let other = seen[address] {
                problems.report(
                    "'\(other.name)' and '\(request.name)' are the same function \(address)", at: request.location,
                    advice: "a guest gets a function once")
            }
            seen[address] = seen[address] ?? request
        }
        if let iommu = guest.iommu, iommu.model == .intel, !iommu.cachingMode {
            // vfio must hear of every mapping that the guest makes (vtd_iommu_notify_flag_changed of QEMU's
            // hw/i386/intel_iommu.c).
            problems.report(
                "a function of the host behind an Intel IOMMU needs its caching mode", at: first.location,
                advice: "write 'iommu: {model: intel, caching-mode: true}'")
        }
    }

    private func passthroughName(_ node: LocatedNode, _ label: String) -> String? {
        guard let name = node.string(label, problems) else { return nil }
        // It becomes an id in QEMU's options.
        guard let first = name.first, isLetterOrDigit(first), name.utf8.count <= Self.longestPassthroughName,
            name.allSatisfy({ isLetterOrDigit($0) || $0 == "-" || $0 == "_" })
        else {
            problems.report(
                "\(label) must be 1 to \(Self.longestPassthroughName) letters, digits, '-' and '_', "
                    + "not \(quoted(name))",
                at: node.location, advice: "begin it with a letter or a digit")
            return nil
        }
        return name
    }

    private func match(_ node: LocatedNode) -> PassthroughRequest.Choice? {
        guard let reader = MappingReader(node, of: "match", keys: ["vendor", "device"], problems) else { return nil }
        let vendor = reader.required("vendor").flatMap { identity($0, reader.label("vendor")) }
        let device = reader.required("device").flatMap { identity($0, reader.label("device")) }
        guard let vendor, let device else { return nil }
        return .match(vendor: vendor, device: device)
    }

    /// 16 bits in hexadecimal, as `lspci -n` prints them: `8086` is no decimal number here.
    private func identity(_ node: LocatedNode, _ label: String) -> Int? {
        guard let text = node.string(label, problems) else { return nil }
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
        guard (1...4).contains(digits.utf8.count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
            let value = Int(digits, radix: 16)
        else {
            problems.report(
                "\(label) must be 1 to 4 hexadecimal digits, not \(quoted(text))", at: node.location,
                advice: "`lspci -n` and `vmharness lab devices` print them")
            return nil
        }
        return value
    }

    /// `DDDD:BB:DD.F` or `BB:DD.F`; the domain is 0000 if it is left out.
    private func address(_ node: LocatedNode, _ label: String) -> String? {
        guard let text = node.string(label, problems) else { return nil }
        let pieces = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        func isHex(_ text: Substring, _ count: ClosedRange<Int>) -> Bool {
            count.contains(text.utf8.count) && text.allSatisfy { $0.isASCII && $0.isHexDigit }
        }
        let slot = pieces.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard (2...3).contains(pieces.count), slot.count == 2, isHex(slot[0], 2...2), slot[0] < "20",
            slot[1].utf8.count == 1, "0"..."7" ~= slot[1], isHex(pieces[pieces.count - 2], 2...2),
            pieces.count == 2 || isHex(pieces[0], 4...8)
        else {
            problems.report(
                "\(label) must be the address of a PCI function, not \(quoted(text))", at: node.location,
                advice: "write it as '0000:03:00.0', in quotes; `vmharness lab devices` lists them")
            return nil
        }
        return (pieces.count == 2 ? "0000:" : "") + text.lowercased()
    }
}
