import Foundation
import HostProcess
import Machine
import RunRecord
import SystemPackage

extension [Finding] {
    /// With the panic event and the reset as mere notices where the kernel said
    /// itself what happened: they follow from that, and are no findings more.
    var withoutConsequences: [Finding] {
        guard contains(where: { $0.source == .console && $0.severity == .failure }) else { return self }
        return map { finding in
            guard finding.source == .qemu, finding.severity == .failure else { return finding }
            var finding = finding
            finding.severity = .notice
            return finding
        }
    }
}

extension GuestSession {
    /// What became of the guest, as findings: a crash of the guest is the
    /// kernel's, the death of one of our programs is not.
    func troubleFindings(_ trouble: [Guest.Trouble]) -> [Finding] {
        [trouble.cause].compactMap { $0 }.map { cause in
            switch cause {
            case .panicked:
                Finding(source: .qemu, severity: .failure, kind: "panic-event", title: "kernel panic (pvpanic)")
            case .shutDown(let reason) where reason == "guest-reset":
                Finding(source: .qemu, severity: .failure, kind: "reboot", title: "unexpected kernel reboot")
            case .shutDown(let reason):
                Finding(
                    source: .qemu, severity: .trouble, kind: "shut-down",
                    title: "the guest was shut down (\(reason))")
            case .qemuEnded(let termination):
                Finding(
                    source: .qemu, severity: .trouble, kind: "qemu-died", title: Self.endOfQEMU,
                    detail: ["\(termination)"] + lastWords(of: logs.qemu.path.string))
            case .domainEnded(let reason):
                Finding(
                    source: .qemu, severity: .trouble, kind: "qemu-died", title: Self.endOfQEMU,
                    detail: ["libvirt: \(reason)"] + lastWords(of: logs.qemu.path.string))
            case .libvirtLost(let reason):
                Finding(
                    source: .qemu, severity: .trouble, kind: "libvirt-lost",
                    title: "the connection to libvirt was lost",
                    detail: [reason, "its daemon may have died; the guest was ended without it"])
            case .virtiofsdEnded(let tag, let termination):
                Finding(
                    source: .virtiofsd, severity: .trouble, kind: "daemon-died",
                    title: "virtiofsd of '\(tag)' ended with \(termination)",
                    detail: logs.virtiofsd[tag].map { lastWords(of: $0.path.string) } ?? [])
            case .diskFull(let serial):
                Finding(
                    source: .qemu, severity: .trouble, kind: "host-disk-full",
                    title: "the host's disk is full: QEMU stopped the guest at a write to '\(serial)'",
                    detail: [room(under: serial)])
            }
        }
    }

    /// The same on every backend: how it ended is known of a child only, and stands in the details.
    private static let endOfQEMU = "QEMU ended without being asked"

    /// Where the file of a disk lies, and how much room there is.
    private func room(under serial: String) -> String {
        let disk = guest.specification.disks.first { $0.serial == serial }
        // A layer lies with the guest's sockets.
        let place = disk?.access == .writable ? disk?.image.removingLastComponent() : nil
        let directory = place ?? guest.directory
        let free = freeRoom(in: directory).map { "\($0 >> 20) MiB are free" } ?? "it cannot be asked for its room"
        return "its file lies in \(directory), where \(free)"
    }

    private func lastWords(of file: String) -> [String] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isNewline).suffix(5).map(String.init)
    }
}
