extension PlanParser {
    private static let guestKeys = [
        "extends", "memory", "cpus", "image", "init", "accel", "backend", "boot", "command-line", "devices", "iommu",
        "harness",
    ]
    /// Every device takes a slot of the guest's PCI bus, which has 32; the harness needs some of them.
    private static let mostDevices = 16
    /// x86 has 2048 bytes for all arguments (`COMMAND_LINE_SIZE`); half of them are left to the harness.
    private static let longestCommandLine = 1024

    func guest(
        _ node: LocatedNode, _ parameters: [TestPlan.Parameter], _ values: [String: String]
    ) -> GuestRequest? {
        guard let reader = MappingReader(node, of: "guest", keys: Self.guestKeys, problems) else { return nil }
        var guest = GuestRequest()
        if let memory = reader.byteCount("memory", in: .mebibytes(128) ... .tebibytes(1)) { guest.memory = memory }
        if let cpus = reader.integer("cpus", in: 1...256) { guest.cpus = cpus }
        if let image = reader.node("image").flatMap({ image($0, reader.label("image"), parameters, values) }) {
            guest.image = image
        }
        if let initSystem = reader.choice("init", of: GuestRequest.InitSystem.self) { guest.initSystem = initSystem }
        guest.accelerator = reader.choice("accel", of: AcceleratorKey.self)?.accelerator
        guest.backend = reader.choice("backend", of: GuestRequest.Backend.self)
        if let boot = reader.choice("boot", of: GuestRequest.Boot.self) { guest.boot = boot }
        if let node = reader.node("command-line") { guest.commandLine = commandLine(node, reader) }
        if let node = reader.node("devices") { guest.devices = devices(node, reader) }
        checkPmem(of: guest)
        guest.iommu = reader.node("iommu").flatMap { iommu($0, reader.label("iommu")) }
        guest.hasHarness = reader.boolean("harness") ?? false
        checkPCI(guest)
        checkPassthrough(guest)
        return guest
    }

    private func commandLine(_ node: LocatedNode, _ guest: MappingReader) -> [String] {
        guard let items = node.items(guest.label("command-line"), problems) else { return [] }
        let arguments = items.compactMap { kernelArgument($0, "an item of \(guest.label("command-line"))") }
        if arguments.reduce(0, { $0 + $1.utf8.count + 1 }) > Self.longestCommandLine {
            problems.report(
                "\(guest.label("command-line")) is longer than \(Self.longestCommandLine) bytes", at: node.location)
        }
        return arguments
    }

    private func kernelArgument(_ node: LocatedNode, _ label: String) -> String? {
        guard let argument = node.string(label, problems) else { return nil }
        guard !argument.isEmpty, argument.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) else {
            problems.report("\(label) must be printable ASCII, not \(quoted(argument))", at: node.location)
            return nil
        }
        // The kernel ends an argument at a space unless double quotes enclose it (lib/cmdline.c, next_arg).
        let pieces = argument.split(separator: "\"", omittingEmptySubsequences: false)
        let isWhole =
            pieces.count % 2 == 1
            && !pieces.enumerated().contains { $0.offset % 2 == 0 && $0.element.contains(" ") }
        guard isWhole else {
            problems.report(
                "\(label) must be one argument, not \(quoted(argument))",
                at: node.location,
                advice: "make it several items, or put double quotes around a value with spaces"
            )
            return nil
        }
        // WARNINGs would not come out of the console, which is where we find them (kernel/printk/printk.c).
        guard argument != "quiet", !argument.hasPrefix("loglevel=") else {
            problems.report(
                "\(label) must not be \(quoted(argument)): findings are read from the console", at: node.location,
                advice: "leave it out")
            return nil
        }
        return argument
    }

    private func devices(_ node: LocatedNode, _ guest: MappingReader) -> [DeviceRequest] {
        guard let items = node.items(guest.label("devices"), problems) else { return [] }
        if items.count > Self.mostDevices {
            problems.report("guest has more than \(Self.mostDevices) devices", at: node.location)
        }
        var names: [String: DeviceRequest] = [:]
        return items.compactMap { item in
            guard let entry = onlyEntry(item, "a device", of: Self.deviceKinds), let device = device(entry) else {
                return nil
            }
            if let first = names[device.name] { problems.report(clash(of: device, with: first)) }
            names[device.name] = names[device.name] ?? device
            return device
        }
    }

    private static let deviceKinds = ["virtiofs", "disk", "nvdimm", "virtio-pmem", "nic", "pci", "vfio"]

    private func device(_ entry: LocatedNode.Entry) -> DeviceRequest? {
        switch entry.key {
        case "virtiofs": virtiofs(entry).map(DeviceRequest.virtiofs)
        case "disk": disk(entry).map(DeviceRequest.disk)
        case "nvdimm": pmem(entry, .nvdimm).map(DeviceRequest.pmem)
        case "virtio-pmem": pmem(entry, .virtioPmem).map(DeviceRequest.pmem)
        case "nic": nic(entry).map(DeviceRequest.nic)
        case "pci": pciFunction(entry).map(DeviceRequest.pci)
        case "vfio": passthrough(entry).map(DeviceRequest.vfio)
        default: nil
        }
    }

    /// Two devices of one name: of a kind, or a tag and a disk, which steps could not tell apart.
    private func clash(of device: DeviceRequest, with first: DeviceRequest) -> Diagnostic {
        let message =
            switch (first, device) {
            case (.virtiofs, .virtiofs): "a second virtiofs device has the tag '\(device.name)'"
            case (.disk, .disk): "a second disk has the name '\(device.name)'"
            case (.pmem, .pmem): "a second device of persistent memory has the name '\(device.name)'"
            default:
                "\(first.kind) and \(device.kind) are both called '\(device.name)'"
            }
        let word = if case .virtiofs = device { "tag" } else { "name" }
        // The first may be in the definition that the guest extends.
        let isHere = first.location.file == device.location.file
        let place = isHere ? "line \(first.location.line)" : "\(first.location.file):\(first.location.line)"
        return Diagnostic(
            location: device.location, message: message,
            advice: "the first is in \(place); give this one another \(word)")
    }

    /// The one entry of a mapping which says by its key what it is, such as a device or a step.
    func onlyEntry(_ node: LocatedNode, _ subject: String, of kinds: [String]) -> LocatedNode.Entry? {
        guard case .mapping(let entries) = node.content, let entry = entries.first else {
            var advice: String?
            if case .scalar(let text, _) = node.content, let kind = nearestSpelling(of: text, among: kinds) {
                advice = "did you mean '\(kind): …'?"
            }
            problems.report(
                "\(subject) must be a mapping such as '\(kinds[0]): {…}', not \(node.summary)",
                at: node.location,
                advice: advice
            )
            return nil
        }
        guard kinds.contains(entry.key) else {
            problems.report(
                "unknown \(subject.split(separator: " ").last ?? "") \(quoted(entry.key))",
                at: entry.location,
                advice: spellingAdvice(for: entry.key, among: kinds)
            )
            return nil
        }
        if entries.count > 1 {
            let second = entries[1]
            problems.report(
                "\(subject) has one key, '\(entry.key)', and not \(quoted(second.key)) too",
                at: second.location,
                advice: kinds.contains(second.key)
                    ? "begin another item with '- \(second.key):'"
                    : "indent \(quoted(second.key)) below '\(entry.key)'"
            )
            return nil
        }
        return entry
    }
}

/// What `accel` may say; `auto` is the same as leaving it out.
enum AcceleratorKey: String, CaseIterable {
    case kvm, tcg, auto

    var accelerator: Accelerator? { Accelerator(rawValue: rawValue) }
}
