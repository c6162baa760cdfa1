import HostProcess
import SystemPackage

/// A guest specification as libvirt's domain XML (libvirt's formatdomain.html).
///
/// What libvirt has no model for goes to QEMU past it, in the very words that
/// `QEMUCommand` has for it (libvirt's drvqemu.html, `qemu:commandline`).
struct DomainXML {
    /// Whose it is.
    struct Identity: Sendable, Hashable {
        /// At most 20 characters, so that libvirt's paths, which have it in them, are the same for all.
        var name: String
        /// In lower case.
        var uuid: String
        /// The scope that it belongs to, and must not outlive; empty outside of one.
        var scope: String
        /// Where that scope is one of ours (`HostScope.place`); empty outside of one.
        var place: String
        /// Variables of QEMU's environment.
        var environment: [String: String]
        /// QEMU, or what becomes QEMU.
        var emulator: String
        /// The user and group that QEMU runs as, `+0:+0`; nil where libvirt cannot choose.
        var owner: String?
    }

    /// The namespace of our element in a domain's metadata.
    static let namespace = "urn:vmharness:guest:1"

    let specification: GuestSpecification
    let paths: QEMUCommand.Paths
    let identity: Identity

    /// QEMU's own words, for what libvirt has none for.
    var raw: QEMUCommand { QEMUCommand(specification: specification, paths: paths) }

    var text: String { root.description }

    private var root: Markup {
        Markup(
            "domain",
            [
                "type": specification.accelerator == .kvm ? "kvm" : "qemu",
                "xmlns:qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
            ],
            [
                Markup("name", text: identity.name), Markup("uuid", text: identity.uuid),
                Markup("metadata", [:], [mark]),
            ] + memory + [Markup("vcpu", text: "\(specification.cpus)"), boot, features, cpu] + endings
                + [Markup("devices", [:], devices)] + owner + [passedOn])
    }

    /// By which the next start knows its own orphans.
    private var mark: Markup {
        Markup(
            "vmharness:guest",
            [
                "xmlns:vmharness": Self.namespace, "scope": identity.scope, "user": "\(HostScope.user)",
                "place": identity.place,
            ])
    }

    private var boot: Markup {
        Markup(
            "os", [:],
            [
                Markup("type", ["arch": "x86_64", "machine": "q35"], text: "hvm"),
                Markup("kernel", text: specification.kernel.string),
                Markup("initrd", text: specification.initrd.string),
                Markup("cmdline", text: specification.commandLine.joined(separator: " ")),
            ])
    }

    private var features: Markup {
        Markup(
            "features", [:],
            [Markup("acpi"), Markup("apic"), Markup("vmport", ["state": "off"])])
    }

    /// One socket, as QEMU by itself has it; libvirt by itself has one for each CPU. Memory devices want a NUMA node
    /// that they belong to.
    private var cpu: Markup {
        let topology = Markup(
            "topology", ["sockets": "1", "dies": "1", "cores": "\(specification.cpus)", "threads": "1"])
        let cells = [
            Markup(
                "cell",
                [
                    "id": "0", "cpus": specification.cpus == 1 ? "0" : "0-\(specification.cpus - 1)",
                    "memory": "\(specification.memory >> 20)", "unit": "MiB",
                ])
        ]
        let mode = specification.accelerator == .kvm ? "host-passthrough" : "maximum"
        return Markup(
            "cpu", ["mode": mode], [topology] + (specification.pmem.isEmpty ? [] : [Markup("numa", [:], cells)]))
    }

    /// A panic pauses the guest, so that its registers can still be read.
    private var endings: [Markup] {
        [
            Markup("on_poweroff", text: "destroy"), Markup("on_reboot", text: "destroy"),
            Markup("on_crash", text: "preserve"),
        ]
    }

    /// Nobody's files change hands.
    private var owner: [Markup] {
        guard let owner = identity.owner else { return [] }
        return [
            Markup("seclabel", ["type": "static", "model": "dac", "relabel": "no"], [Markup("label", text: owner)])
        ]
    }

    /// Nothing of it goes through a shell.
    private var passedOn: Markup {
        let words =
            ["-machine", "smbus=off" + raw.machineOptions + raw.pmemMachine, "-action", "panic=pause"]
            + onRootBus(raw.iommu + raw.bridges + rawDisks + raw.network + raw.functions + rawPmem)
        return Markup(
            "qemu:commandline", [:],
            words.map { Markup("qemu:arg", ["value": $0]) }
                + identity.environment.sorted { $0.key < $1.key }
                .map { Markup("qemu:env", ["name": $0.key, "value": $0.value]) })
    }

    /// Arguments with a slot of its own for each PCI device of the root bus that they make.
    ///
    /// QEMU makes these devices before libvirt's, which come in JSON (qemu_create_cli_devices of its softmmu/vl.c), and
    /// would give them slots that libvirt has dealt out. For an IOMMU that is as it must be: only what is made after it
    /// is behind it. So it is passed on, too, although libvirt has a model for it.
    private func onRootBus(_ words: [String]) -> [String] {
        var slot = firstFreeSlot
        return words.enumerated().map { index, word in
            let isDevice = index > 0 && words[index - 1] == "-device"
            let isElsewhere = word.contains(",bus=") || word.hasPrefix("nvdimm,") || word.hasPrefix("intel-iommu,")
            guard isDevice, !isElsewhere else { return word }
            defer { slot += 1 }
            return "\(word),addr=0x\(String(slot, radix: 16))"
        }
    }
}
