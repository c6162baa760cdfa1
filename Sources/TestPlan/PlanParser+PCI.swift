extension PlanParser {
    private static let nicKeys = ["name", "model", "iommu", "behind"]
    private static let functionKeys = ["name", "model", "behind"]
    private static let iommuKeys = ["model", "interrupt-remapping", "caching-mode"]
    private static let rootPort = "root-port"

    func nic(_ entry: LocatedNode.Entry) -> NICRequest? {
        guard let reader = MappingReader(entry.value, of: "nic", keys: Self.nicKeys, problems) else { return nil }
        let name = reader.required("name").flatMap { deviceName($0, reader.label("name")) }
        let model = reader.choice("model", of: NICRequest.Model.self) ?? .virtio
        let usesIOMMU = reader.boolean("iommu") ?? false
        if usesIOMMU && model != .virtio {
            problems.report(
                "\(reader.label("iommu")) is for virtio-net: the DMA of an \(model.rawValue) goes through the IOMMU anyway",
                at: reader.place(of: "iommu"), advice: "leave it out")
        }
        let place = pciPlace(reader)
        return name.map {
            NICRequest(name: $0, model: model, usesIOMMU: usesIOMMU, place: place, location: entry.location)
        }
    }

    func pciFunction(_ entry: LocatedNode.Entry) -> PCIFunctionRequest? {
        guard let reader = MappingReader(entry.value, of: "pci", keys: Self.functionKeys, problems) else { return nil }
        let name = reader.required("name").flatMap { deviceName($0, reader.label("name")) }
        let model = reader.required("model")
            .flatMap { $0.choice(reader.label("model"), of: PCIFunctionRequest.Model.self, problems) }
        let place = pciPlace(reader)
        guard let name, let model else { return nil }
        return PCIFunctionRequest(name: name, model: model, place: place, location: entry.location)
    }

    /// `behind: root-port`, or the name of a bridge, which is there because it is named.
    func pciPlace(_ reader: MappingReader) -> PCIPlaceRequest {
        guard let node = reader.node("behind"), let name = deviceName(node, reader.label("behind")) else {
            return .rootBus
        }
        if name == Self.rootPort { return .rootPort }
        // A slip in it would make a bridge of that name, and another IOMMU group than was meant.
        if nearestSpelling(of: name.lowercased(), among: [Self.rootPort]) != nil {
            problems.report(
                "\(reader.label("behind")) is '\(Self.rootPort)' or the name of a bridge, and \(quoted(name)) is too close",
                at: node.location, advice: "did you mean '\(Self.rootPort)'?")
        }
        return .bridge(name)
    }

    /// `iommu: intel`, or a mapping with more.
    func iommu(_ node: LocatedNode, _ label: String) -> IOMMURequest? {
        guard case .mapping = node.content else {
            return node.choice(label, of: IOMMURequest.Model.self, problems)
                .map { IOMMURequest(model: $0, location: node.location) }
        }
        guard let reader = MappingReader(node, of: "iommu", keys: Self.iommuKeys, problems) else { return nil }
        let model = reader.required("model")
            .flatMap { $0.choice(reader.label("model"), of: IOMMURequest.Model.self, problems) }
        var options: [String: Bool] = [:]
        for key in Self.iommuKeys.dropFirst() {
            options[key] = reader.boolean(key)
            if options[key] == true, model == .virtio {
                problems.report(
                    "virtio-iommu has no '\(key)'", at: reader.place(of: key),
                    advice: "leave it out, or take `model: intel`")
            }
        }
        return model.map {
            IOMMURequest(
                model: $0, interruptRemapping: options["interrupt-remapping"] ?? false,
                cachingMode: options["caching-mode"] ?? false, location: node.location)
        }
    }

    /// Reports what devices want of the rest of the guest and do not find there.
    func checkPCI(_ guest: GuestRequest) {
        let bridges = guest.bridges
        for device in guest.devices {
            if case .nic(let nic) = device, nic.usesIOMMU, guest.iommu == nil {
                problems.report(
                    "nic '\(nic.name)' is to use the IOMMU, and the guest has none", at: nic.location,
                    advice: "add `iommu: intel` to the guest, or leave 'iommu' out")
            }
            // The names of devices and bridges are ids of one kind in QEMU's options, and of one kind for a reader.
            if bridges.contains(device.name) {
                problems.report(
                    "\(device.kind) and a bridge are both called '\(device.name)'", at: device.location,
                    advice: "give one of them another name")
            }
        }
    }
}
