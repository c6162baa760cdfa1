import Foundation
import HostProcess
public import SystemPackage

/// Finds out whether KVM works by booting something with it. `/dev/kvm` that
/// opens proves nothing, nor does libvirt's word: on some hosts guests abort
/// or hang all the same.
public struct AcceleratorProbe: Sendable {
    /// What was asked for.
    public enum Request: String, Sendable, Hashable, Codable, CaseIterable {
        /// KVM where it works, TCG elsewhere.
        case auto
        /// KVM or nothing.
        case kvm
        /// TCG.
        case tcg
    }

    /// What came of it.
    public struct Answer: Sendable, Hashable, Codable {
        /// The accelerator to use.
        public let accelerator: Accelerator
        /// Why: what the probe saw, in a clause.
        public let reason: String
        /// QEMU's last words in the probe; empty if it had none.
        public let words: String

        /// An accelerator and why it is the one.
        public init(accelerator: Accelerator, reason: String, words: String = "") {
            self.accelerator = accelerator
            self.reason = reason
            self.words = words
        }
    }

    /// Where the answer is kept until the host boots again.
    private let cacheFile: FilePath

    /// - Parameter cache: a directory of ours; the answer is kept in it.
    public init(cache: FilePath) {
        cacheFile = cache.appending("accelerator-2.json")
    }

    /// Chooses the accelerator.
    ///
    /// - Throws: `Failure` if KVM is required and does not work.
    public func choose(_ request: Request) async throws -> Answer {
        if request == .tcg { return Answer(accelerator: .tcg, reason: "asked for") }
        let answer = try await probed()
        if request == .kvm && answer.accelerator != .kvm {
            throw Failure(
                "KVM does not work here: \(answer.reason)", on: "/dev/kvm",
                advice: "run with --accel tcg, or on a host with working virtualization", blame: .request)
        }
        return answer
    }

    /// What ``choose(_:)`` would likely choose, without starting anything: what it chose before on this boot of the host,
    /// else KVM if `/dev/kvm` can be opened. For forecasts only.
    public func expected(_ request: Request) -> Accelerator {
        switch request {
        case .kvm: .kvm
        case .tcg: .tcg
        case .auto: remembered?.answer.accelerator ?? (access("/dev/kvm", R_OK | W_OK) == 0 ? .kvm : .tcg)
        }
    }

    private struct Cached: Codable {
        let boot: String
        let qemu: String
        let answer: Answer
    }

    /// The host's boot, as the kernel names it.
    private static var boot: String {
        ProcessTable.read("/proc/sys/kernel/random/boot_id")
            .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    }

    /// The answer of an earlier probe since the host booted, with whatever QEMU.
    private var remembered: Cached? {
        guard let data = FileManager.default.contents(atPath: cacheFile.string),
            let cached = try? JSONDecoder().decode(Cached.self, from: data), cached.boot == Self.boot
        else { return nil }
        return cached
    }

    private func probed() async throws -> Answer {
        let qemu = try await QEMUVersion.installed().text
        if let remembered, remembered.qemu == qemu { return remembered.answer }
        let answer = await probe()
        try FileManager.default.createDirectory(
            atPath: cacheFile.removingLastComponent().string, withIntermediateDirectories: true)
        let data = try JSONEncoder().encode(Cached(boot: Self.boot, qemu: qemu, answer: answer))
        try data.write(to: URL(filePath: cacheFile.string), options: .atomic)
        return answer
    }

    /// A boot sector that ends QEMU through the isa-debug-exit device:
    /// `mov dx,0xf4; mov al,0x10; out dx,al; hlt; jmp`. It runs only after
    /// SeaBIOS has, which is where broken KVM hosts hang.
    private static let payload: [UInt8] =
        [0xba, 0xf4, 0x00, 0xb0, 0x10, 0xee, 0xf4, 0xeb, 0xfd] + [UInt8](repeating: 0, count: 501) + [0x55, 0xaa]
    /// isa-debug-exit makes the exit status `value << 1 | 1` (hw/misc/debugexit.c).
    private static let expectedStatus = 0x10 << 1 | 1

    private func probe() async -> Answer {
        guard access("/dev/kvm", R_OK | W_OK) == 0 else {
            return Answer(accelerator: .tcg, reason: "/dev/kvm: \(systemError())")
        }
        let limit = Duration.seconds(6)
        do {
            let result = try await withScratchDirectory { directory in
                let floppy = directory.appending("probe.img")
                try Data(Self.payload).write(to: URL(filePath: floppy.string))
                return try await Command(
                    QEMUCommand.program,
                    [
                        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35",
                        "-accel", "kvm", "-cpu", "host", "-m", "64M",
                        "-drive", "if=ide,format=raw,readonly=on,file=\(floppy)",
                        "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
                    ]
                ).run(timeout: limit)
            }
            if result.termination == .exited(Self.expectedStatus) {
                return Answer(accelerator: .kvm, reason: "a probe guest ran with it")
            }
            return Answer(
                accelerator: .tcg, reason: "/dev/kvm opens, but a probe guest ended with \(result.termination)",
                words: result.errorText.split(whereSeparator: \.isNewline).last.map(String.init) ?? "")
        } catch {
            return Answer(accelerator: .tcg, reason: "/dev/kvm opens, but a probe guest hung for \(limit)")
        }
    }
}
