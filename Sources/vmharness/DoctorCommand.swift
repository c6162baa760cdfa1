import ArgumentParser
import Foundation
import GuestImage
import HostProcess
import Machine
import SystemPackage

/// `vmharness doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tells what works on this host, what does not, and the command that mends it.",
        discussion: "Exit status: 0 if plans can run here, 3 if not.")

    func run() async throws {
        try await InterruptScope.run {
            let checks = await Doctor.examine()
            for check in checks { Terminal.output(check.text) }
            throw Ended(status: checks.contains { $0.state == .broken } ? 3 : 0)
        }
    }
}

/// What the doctor looks at.
private enum Doctor {
    /// One thing that works or does not.
    struct Check {
        enum State { case good, limited, broken }
        let state: State
        let name: String
        let detail: String
        /// The command that mends it; nil where nothing is to mend.
        var mend: String?

        var text: String {
            let mark =
                switch state {
                case .good: Terminal.styled("ok     ", .green)
                case .limited: Terminal.styled("limited", .yellow)
                case .broken: Terminal.styled("BROKEN ", .red)
                }
            return "\(mark)  \(name.padded(20))\(detail)" + (mend.map { "\n         mend: \($0)" } ?? "")
        }
    }

    static func examine() async -> [Check] {
        var checks: [Check] = []
        for (program, package) in programs { checks.append(await self.program(program, package)) }
        checks.append(await symbols())
        checks.append(await libvirt())
        checks.append(await accelerator())
        checks.append(await virtiofsd())
        checks.append(privilege())
        checks.append(space())
        checks.append(memory())
        checks.append(pressure())
        return checks
    }

    /// What we call, and the Debian package that has it.
    private static let programs = [
        ("qemu-system-x86_64", "qemu-system-x86"), ("qemu-img", "qemu-utils"), ("ssh", "openssh-client"),
        ("ssh-keygen", "openssh-client"), ("setpriv", "util-linux"), ("mmdebstrap", "mmdebstrap"),
        ("bwrap", "bubblewrap"),
        ("mke2fs", "e2fsprogs"), ("depmod", "kmod"), ("dpkg-deb", "dpkg"), ("apt-get", "apt"), ("xz", "xz-utils"),
        ("zstd", "zstd"),
    ]

    private static func program(_ name: String, _ package: String) async -> Check {
        if let path = try? await Command(name).path() {
            return Check(state: .good, name: name, detail: path.string)
        }
        return Check(state: .broken, name: name, detail: "not found", mend: "apt-get install \(package)")
    }

    /// Without it all else works, so its absence breaks nothing.
    private static func symbols() async -> Check {
        if let path = try? await Command("addr2line").path() {
            return Check(state: .good, name: "addr2line", detail: path.string)
        }
        return Check(
            state: .limited, name: "addr2line", detail: "not found: `log parse --kernel` cannot name lines",
            mend: "apt-get install binutils")
    }

    /// Guests run without it.
    private static func libvirt() async -> Check {
        do {
            let backend = try await Backend.prepare(.libvirt, uri: nil, cache: Cache.standard().root)
            guard case .libvirt(let host) = backend else { throw CancellationError() }
            return Check(state: .good, name: "libvirt", detail: "\(host.version), its driver in this process")
        } catch {
            let failure = error as? Failure
            return Check(
                state: .limited, name: "libvirt", detail: failure?.what ?? "\(error)",
                mend: "for --backend libvirt: \(failure?.advice ?? "see its log")")
        }
    }

    private static func accelerator() async -> Check {
        do {
            let answer = try await AcceleratorProbe(cache: Cache.standard().root).choose(.auto)
            let state: Check.State = answer.accelerator == .kvm ? .good : .limited
            return Check(
                state: state, name: "accelerator",
                detail: "\(answer.accelerator.rawValue): \(answer.reason)"
                    + (answer.words.isEmpty ? "" : " (\(answer.words))"),
                mend: state == .good ? nil : "nothing to install: guests run by TCG, several times slower")
        } catch {
            return Check(state: .broken, name: "accelerator", detail: "\(error)")
        }
    }

    private static func virtiofsd() async -> Check {
        let (found, refused) = await VirtiofsdProgram.installed()
        guard !found.isEmpty else {
            return Check(
                state: .broken, name: "virtiofsd", detail: refused.first?.description ?? "not found",
                mend: "apt-get install qemu-system-common (Debian 12) or virtiofsd (Debian 13)")
        }
        let words = found.map { program in
            "\(program.path) (\(program.implementation.rawValue); cache \(program.cacheModes.joined(separator: ", ")))"
        }
        return Check(state: .good, name: "virtiofsd", detail: words.joined(separator: "; "))
    }

    private static func privilege() -> Check {
        if getuid() == 0 { return Check(state: .good, name: "privilege", detail: "root") }
        let cache = Cache.standard().root
        return Check(
            state: .limited, name: "privilege", detail: "not root: images cannot be built",
            mend:
                "as root: VMHARNESS_CACHE=\(cache) vmharness image build; VMHARNESS_CACHE=\(cache) vmharness kernel add …"
        )
    }

    private static func space() -> Check {
        var path = Cache.standard().root
        while access(path.string, F_OK) != 0, path.removeLastComponent() {}
        var status = statvfs()
        guard statvfs(path.string, &status) == 0 else {
            return Check(state: .broken, name: "disk", detail: "\(path): \(systemError())")
        }
        let free = (Int(status.f_bavail) * Int(status.f_frsize)) >> 30
        // An image, four kernels with their modules, and room to make them.
        return Check(
            state: free >= 6 ? .good : .limited, name: "disk", detail: "\(free) GiB free under \(path)",
            mend: free >= 6 ? nil : "free some space, or set VMHARNESS_CACHE to a larger disk")
    }

    private static func memory() -> Check {
        let lines = ProcessTable.read("/proc/meminfo").map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = lines.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") } ?? ""
        let available = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let enough = available > 2 << 20
        return Check(
            state: enough ? .good : .limited, name: "memory", detail: "\(available >> 10) MiB available",
            mend: enough ? nil : "end other work: a guest takes 1 GiB by default")
    }

    private static func pressure() -> Check {
        guard let text = ProcessTable.read("/proc/pressure/cpu") else {
            return Check(
                state: .limited, name: "pressure", detail: "this kernel does not tell (no PSI)",
                mend: "boot the host with psi=1, so that an overloaded host can be told from a hang")
        }
        return Check(
            state: .good, name: "pressure",
            detail: String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
