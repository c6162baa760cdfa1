public import HostProcess
public import KernelLog
public import SystemPackage

/// Gives the frames of reports their places in the sources, from a kernel's debug information.
///
/// A frame is looked up by function and offset, so it does not matter where the kernel was loaded
/// (KASLR). What is not certain stays without a place: a function that the file does not have in the size
/// the log shows, or has more than once.
///
/// ```swift
/// let symbolizer = try await Symbolizer(kernel: "/usr/lib/debug/boot/vmlinux-6.1.0-56-amd64")
/// for report in try await symbolizer.symbolize(reports) { … }
/// ```
public actor Symbolizer {
    /// What kept frames from being looked up, each once: a module without a file, a report of another kernel.
    public private(set) var notices: [Failure] = []

    private let kernel: DebugFile
    private let release: String
    private let tree: SourceTree
    private let files: ModuleFiles?
    private let programs: [LineProgram]
    /// Nil for those that cannot be used, so that they are tried once.
    private var modules: [String: DebugFile?] = [:]
    private var known: [Address: [SourceCall]] = [:]

    /// Addresses remembered between calls, at most.
    private static let knownLimit = 100_000

    /// Opens the files and reads the kernel's symbols.
    ///
    /// - Parameters:
    ///   - kernel: a vmlinux with debug information (not a vmlinuz).
    ///   - modules: a directory with `.ko` or `.ko.debug` files somewhere below it.
    ///   - moduleFiles: single ones, which go before those of the directory. Frames of modules that are in
    ///     neither stay without a place.
    /// - Throws: `Failure` if there is no such file, it is no ELF file or without debug information, or
    ///   neither llvm-symbolizer nor addr2line is installed; `CancellationError`.
    public init(kernel: FilePath, modules: FilePath? = nil, moduleFiles: [FilePath] = []) async throws {
        try await self.init(
            kernel: kernel, modules: modules, moduleFiles: moduleFiles, programs: await LineProgram.installed())
    }

    /// - Parameter programs: those to use, the better one first.
    init(kernel: FilePath, modules: FilePath?, moduleFiles: [FilePath] = [], programs: [LineProgram]) async throws {
        let file = try DebugFile(kernel)
        guard !file.elf.isRelocatable else {
            throw Failure("a module, not a kernel", on: kernel.string, advice: "name a vmlinux", blame: .request)
        }
        guard let release = try file.release() else {
            throw Failure(
                "not a kernel with symbols: it has no linux_banner", on: kernel.string,
                advice: "name a vmlinux that is not stripped", blame: .request)
        }
        guard let program = programs.first else {
            throw Failure(
                "neither llvm-symbolizer nor addr2line is installed", on: "PATH",
                advice: "install binutils (addr2line) or llvm")
        }
        files = modules == nil && moduleFiles.isEmpty ? nil : try ModuleFiles(modules, files: moduleFiles)
        var place: String?
        if let start = file.functions.function(named: "kernel_init")?.address {
            place = try await program.calls(at: [start], in: kernel, section: nil).first?.last?.place
        }
        tree = SourceTree(kernelInit: place)
        self.kernel = file
        self.release = release
        self.programs = programs
    }

    /// Looks up the frames of reports, with one process for each file that has some not seen before.
    ///
    /// - Throws: `Failure` if the program that looks up lines fails; `CancellationError`.
    public func symbolize(_ reports: [KernelReport]) async throws -> [SymbolizedReport] {
        let traces = reports.map(Self.trace)
        let addresses = zip(reports, traces).map { report, trace in
            let isOurs = isOurs(report)
            return trace.map { isOurs ? address($0, instruction: report.instructionPointer) : nil }
        }
        try await lookUp(addresses.joined().compactMap { $0 })
        return zip(reports, zip(traces, addresses)).map { report, trace in
            SymbolizedReport(report: report, frames: zip(trace.0, trace.1).flatMap(frames))
        }
    }
}

// MARK: - Addresses

extension Symbolizer {
    /// What a line program is asked for.
    private struct Address: Hashable {
        var place: Place
        var value: UInt64
    }

    /// One process answers for one of these.
    private struct Place: Hashable {
        var file: FilePath
        /// The section of a module that addresses count from.
        var section: String?
        /// The module has code in other sections, too, at the same addresses.
        var isAmbiguous = false
    }

    private func isOurs(_ report: KernelReport) -> Bool {
        guard let theirs = report.kernel?.release, release != theirs else { return true }
        notice(
            Failure(
                "the log is of kernel \(theirs), the debug information of \(release)", on: kernel.elf.path.string,
                advice: "name the vmlinux of \(theirs)", blame: .request))
        return false
    }

    /// The frames of a report, from where the processor was.
    private static func trace(_ report: KernelReport) -> [Frame] {
        guard let instruction = report.instructionPointer, instruction != report.frames.first else {
            return report.frames
        }
        return [instruction] + report.frames
    }

    private func address(_ frame: Frame, instruction: Frame?) -> Address? {
        guard let offset = frame.offset, let file = file(of: frame), let function = file.functions.function(of: frame)
        else { return nil }
        let (value, overflow) = function.address.addingReportingOverflow(offset)
        guard !overflow else { return nil }
        return Address(
            place: place(of: function, in: file), value: Self.isReturn(frame, instruction) ? value - 1 : value)
    }

    private func place(of function: FunctionTable.Function, in file: DebugFile) -> Place {
        guard file.elf.isRelocatable else { return Place(file: file.elf.path) }
        return Place(
            file: file.elf.path, section: file.elf.sections[function.section].name,
            isAmbiguous: file.elf.sections.firstIndex { $0.isCode && $0.size > 0 } != function.section)
    }

    /// The frames of a trace are return addresses: the call is the instruction before, and may be the last one
    /// of a line or of the whole function. Not so where the processor was, which may be on the stack once more.
    private static func isReturn(_ frame: Frame, _ instruction: Frame?) -> Bool {
        guard frame.offset != 0, let instruction else { return frame.offset != 0 }
        return (frame.function, frame.offset, frame.module)
            != (instruction.function, instruction.offset, instruction.module)
    }

    private func file(of frame: Frame) -> DebugFile? {
        guard let module = frame.module else { return kernel }
        if let file = modules[module] { return file }
        let file = open(module)
        modules[module] = .some(file)
        return file
    }

    private func open(_ module: String) -> DebugFile? {
        guard let files else { return nil }
        do {
            guard let path = files.path(of: module) else {
                throw Failure(
                    "no file of the module", on: module,
                    advice: "put \(module).ko or \(module).ko.debug below the directory of modules; unpack .ko.xz",
                    blame: .request)
            }
            return try DebugFile(path)
        } catch let failure as Failure {
            notice(failure)
        } catch {
            notice(Failure("cannot read the module: \(error)", on: module, advice: "", blame: .request))
        }
        return nil
    }

    private func notice(_ failure: Failure) {
        if notices.count < 100, !notices.contains(failure) { notices.append(failure) }
    }
}

// MARK: - Lines

extension Symbolizer {
    private func lookUp(_ addresses: [Address]) async throws {
        if known.count + addresses.count > Self.knownLimit { known = [:] }
        for (place, addresses) in Dictionary(grouping: Set(addresses).subtracting(known.keys), by: \.place) {
            guard let program = program(for: place) else { continue }
            let values = addresses.map(\.value).sorted()
            let answer = try await program.calls(at: values, in: place.file, section: place.section)
            for (value, calls) in zip(values, answer) { known[Address(place: place, value: value)] = calls }
        }
    }

    /// Modules are addr2line's: llvm-symbolizer takes an address for one in the first section that is long enough.
    private func program(for place: Place) -> LineProgram? {
        if place.section != nil, programs.contains(.addr2line) { return .addr2line }
        guard place.isAmbiguous else { return programs.first }
        notice(
            Failure(
                "only addr2line can look up section \(place.section ?? "")", on: place.file.string,
                advice: "install binutils"))
        return nil
    }

    /// The frame, behind those that the compiler put into it.
    private func frames(_ frame: Frame, _ address: Address?) -> [SymbolizedFrame] {
        guard let address, let calls = known[address], let outermost = calls.last else {
            return [SymbolizedFrame(frame: frame)]
        }
        let inlined = calls.dropLast().compactMap { call in
            call.function.map { function in
                SymbolizedFrame(
                    frame: Frame(
                        function: function, module: frame.module, isUnreliable: frame.isUnreliable, isInlined: true),
                    location: call.place.map(tree.relative))
            }
        }
        return inlined + [SymbolizedFrame(frame: frame, location: outermost.place.map(tree.relative))]
    }
}
