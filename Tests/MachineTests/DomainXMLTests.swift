import Foundation
import HostProcess
import SystemPackage
import Testing

@testable import Machine

/// What libvirt gets. Whether the guest is the same is for real guests to show.
@Suite struct DomainXMLTests {
    @Test(
        .enabled(if: access("/usr/bin/virt-xml-validate", X_OK) == 0, "apt-get install libvirt-clients"),
        arguments: ["plain", "shares", "disks", "pmem", "virtio-pmem", "pci", "passthrough", "strange names"])
    func isValid(kind: String) async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("domain.xml")
            try Data(xml(specification(kind)).utf8).write(to: URL(filePath: file.string))
            let result = try await Command("virt-xml-validate", [file.string]).run(timeout: .seconds(60))
            #expect(result.termination.isSuccess, "\(result.transcript)")
        }
    }

    /// What libvirt has no model for goes past it, in raw QEMU's words, in slots that libvirt has not dealt out.
    @Test func passesOnWhatLibvirtHasNoModelFor() throws {
        let xml = xml(specification("pci"))
        let slots = xml.components(separatedBy: "bus='0x00' slot='0x").dropFirst().map { String($0.prefix(2)) }
        #expect(Set(slots).count == slots.count)
        let passed = xml.components(separatedBy: "qemu:arg value='").dropFirst().map {
            $0.components(separatedBy: "'")[0]
        }
        #expect(passed.contains { $0.hasPrefix("nvme,") })
        let taken = Set(slots.compactMap { Int($0, radix: 16) })
        let own = passed.compactMap { word in
            word.components(separatedBy: "addr=0x").dropFirst().first.flatMap { Int($0, radix: 16) }
        }
        #expect(!own.isEmpty && Set(own).count == own.count && taken.isDisjoint(with: own))
        // Only what QEMU makes after its IOMMU is behind it.
        let devices = passed.indices.filter { $0 > 0 && passed[$0 - 1] == "-device" }.map { passed[$0] }
        #expect(devices.first?.hasPrefix("intel-iommu,") == true)
    }

    /// As `-smp 2` has it, which is what a guest of raw QEMU gets.
    @Test(arguments: ["plain", "pmem"]) func allCPUsAreOfOneSocket(kind: String) throws {
        let xml = xml(specification(kind))
        let topology = try #require(xml.components(separatedBy: "<topology ").dropFirst().first)
        let words = topology.components(separatedBy: "/>")[0].split(separator: " ")
        #expect(Set(words) == ["sockets='1'", "dies='1'", "cores='2'", "threads='1'"])
        #expect(xml.contains("<vcpu>2</vcpu>"))
    }

    @Test func namesAreEscaped() {
        let xml = xml(specification("strange names"))
        #expect(xml.contains("&lt;&amp;&gt;&apos;&quot;"))
    }

    @Test func noTwoHaveTheSameName() {
        let names = (0..<5000).map { _ in DomainXML.Identity.newName(in: "12345678") }
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.count <= 20 })
    }

    @Test func knowsItsOwnOrphansOnly() async throws {
        try await HostScope.with { _ in
            let place = try #require(HostScope.place)
            let ours =
                "<vmharness:guest xmlns:vmharness=\"\(DomainXML.namespace)\" scope=\"00000001\" user=\"\(getuid())\""
                + " place=\"\(place)\"/>"
            #expect(DomainXML.isAbandoned(ours))
            #expect(!DomainXML.isAbandoned(ours.replacing("user=\"\(getuid())\"", with: "user=\"4242\"")))
            #expect(!DomainXML.isAbandoned(""))
            #expect(!DomainXML.isAbandoned(ours.replacing("00000001", with: "../../x")))
            // A run in a /tmp of its own, or of another boot, has a lock that we cannot see.
            #expect(!DomainXML.isAbandoned(ours.replacing(place, with: place + "1")))
            #expect(!DomainXML.isAbandoned(ours.replacing(" place=\"\(place)\"", with: "")))
        }
    }

    /// Pinning 512 GiB takes longer than any other start.
    @Test func aGuestWithMemoryToPinHasTimeToStart() {
        var guest = specification("passthrough")
        guest.memory = 512 << 30
        #expect(guest.startLimit == .seconds(632))
        #expect(specification("plain").startLimit == .seconds(30))
    }

    @Test func bearsTheMarkOfItsScope() {
        #expect(xml(specification("plain")).contains("scope='12345678' user='\(getuid())' place='boot/1:2'"))
    }

    @Test func aScopeThatRunsIsNotAbandoned() async throws {
        try await HostScope.with { scope in
            #expect(!HostScope.isAbandoned(scope.id))
            // As another process would see it.
            HostScope.$current.withValue(nil) { #expect(!HostScope.isAbandoned(scope.id)) }
        }
    }

    private func xml(_ specification: GuestSpecification) -> String {
        let directory = FilePath("/tmp/guest")
        let layers = Dictionary(
            uniqueKeysWithValues: specification.disks.map {
                ($0.serial, QEMUCommand.Paths.layer(of: $0, in: directory))
            })
        return DomainXML(
            specification: specification, paths: .init(specification, in: directory, layers: layers),
            identity: .init(
                name: "vmh-12345678-abcd", uuid: "a1b2c3d4-0000-4000-8000-000000000001", scope: "12345678",
                place: "boot/1:2",
                environment: ["VMHARNESS_SCOPE": "12345678"], emulator: "/usr/bin/qemu-system-x86_64", owner: "+0:+0")
        ).text
    }

    private func specification(_ kind: String) -> GuestSpecification {
        var guest = GuestSpecification(
            memory: 1 << 30, cpus: 2, accelerator: kind == "plain" ? .kvm : .tcg, kernel: "/k/vmlinuz", initrd: "/i",
            commandLine: ["console=ttyS0"],
            disks: [
                .init(serial: "root", image: "/i/root.img", access: .layered),
                .init(serial: "modules", image: "/k/modules.img", access: .readOnly),
            ],
            shares: [])
        let daemon = VirtiofsdProgram(
            path: "/usr/libexec/virtiofsd", implementation: .rust, version: "1", cacheModes: ["never"])
        switch kind {
        case "shares":
            guest.shares = [
                Share(tag: "a", directory: "/a", daemon: daemon, cache: .none),
                Share(tag: "b", directory: "/b", daemon: daemon, cache: .none),
            ]
        case "strange names":
            guest.shares = [Share(tag: "<&>'\"", directory: "/a", daemon: daemon, cache: .none)]
            guest.commandLine = ["x=\"a b\"", "y='<&>"]
        case "disks":
            guest.disks.append(
                .init(
                    serial: "slow", image: "/d,x", access: .writable,
                    limits: ["iops-read": 1, "iops-write": 2, "bps-total": 3 << 20]))
        case "pmem":
            guest.pmem = [
                .init(name: "a", backing: .file("/p/a"), size: (128 << 20) + (2 << 20), label: 2 << 20, align: 2 << 20),
                .init(name: "b", backing: .devdax("/dev/dax0.0"), size: 128 << 20, align: 2 << 20, pmem: true),
                .init(name: "c", backing: .memfd, size: 128 << 20),
                .init(name: "d", backing: .ram, size: 128 << 20),
                .init(name: "e", backing: .file("/p/e"), size: 128 << 20, unarmed: true),
                .init(name: "f", backing: .file("/p/f"), size: 128 << 20, unarmed: true, readOnly: true),
            ]
        case "virtio-pmem":
            guest.pmem = [
                .init(name: "g", model: .virtioPmem, backing: .file("/p/g"), size: 128 << 20),
                .init(name: "h", backing: .file("/p/h"), size: 128 << 20),
            ]
        case "pci":
            guest.iommu = .intel(interruptRemapping: true, cachingMode: true)
            guest.disks.append(.init(serial: "n", image: "/n", access: .writable, interface: .nvme(zone: nil)))
            guest.disks.append(
                .init(
                    serial: "bad", image: "/bad", access: .writable, faults: [DiskFault(request: "read", errno: 5)],
                    place: .rootPort))
            guest.functions = [
                PCIFunction(name: "e", kind: .plain(model: "edu"), place: .rootBus),
                PCIFunction(name: "n", kind: .nic(model: "e1000e", usesIOMMU: false), place: .bridge("br")),
            ]
        case "passthrough":
            guest.iommu = .virtio
            guest.passthrough = [
                .init(name: "nic", address: "0000:03:00.1"), .init(name: "x", address: "0001:00:1f.7"),
            ]
        default: break
        }
        return guest
    }
}
