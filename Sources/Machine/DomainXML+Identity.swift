import Foundation
import HostProcess
import Synchronization
import SystemPackage

extension DomainXML.Identity {
    /// A new domain of this process.
    ///
    /// - Throws: `Failure` if there is no QEMU.
    init(_ specification: GuestSpecification, on host: LibvirtHost) async throws {
        let scope = HostScope.current
        self.init(
            name: Self.newName(in: scope?.id ?? "p\(getpid())"), uuid: UUID().uuidString.lowercased(),
            scope: scope?.id ?? "",
            place: scope == nil ? "" : HostScope.place ?? "",
            environment: scope?.mark ?? [:], emulator: try await Self.emulator(for: specification).string,
            owner: host.securityModels.contains("dac") ? "+\(getuid()):+\(getgid())" : nil)
    }

    /// Names of one libvirt must differ; the scope's makes them differ between processes.
    static func newName(in scope: String) -> String {
        let number = String(serial.wrappingAdd(1, ordering: .relaxed).newValue, radix: 16)
        return "vmh-\(scope)-\(String(repeating: "0", count: max(0, 4 - number.count)))\(number)"
    }

    private static let serial = Atomic<UInt32>(0)

    /// QEMU itself, or the program that takes its place where its CPUs must take turns: libvirt's `-accel tcg` lets
    /// each have a thread, and comes before whatever we pass on.
    private static func emulator(for specification: GuestSpecification) async throws -> FilePath {
        let takesTurns = specification.accelerator == .tcg && specification.cpus > 1 && !specification.isThreaded
        guard takesTurns else { return try await Command(QEMUCommand.program).path() }
        let path = try OwnProgram.beside("vmharness-qemu")
        guard access(path.string, X_OK) == 0 else {
            throw Failure(
                "the program that lets a guest's CPUs take turns is not installed", on: path.string,
                advice: "build it (`swift build`), give the plan's guest one CPU, or install QEMU 8.1 or newer")
        }
        return path
    }
}

extension DomainXML {
    /// True if a domain with this element in its metadata is one of this user's that has outlived its run. Whose run is
    /// in a `/tmp` that we do not see may well be alive.
    static func isAbandoned(_ element: String) -> Bool {
        func value(_ name: String) -> String? {
            let parts = element.replacing("\"", with: "'").components(separatedBy: " \(name)='")
            return parts.count == 2 ? parts[1].components(separatedBy: "'").first : nil
        }
        guard let scope = value("scope"), value("user") == "\(HostScope.user)",
            let place = HostScope.place, value("place") == place
        else { return false }
        return scope.count == 8 && UInt32(scope, radix: 16) != nil && HostScope.isAbandoned(scope)
    }
}
