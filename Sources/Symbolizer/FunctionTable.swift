import KernelLog

/// Where functions lie in an ELF file, found the way a trace names them: by name, offset and size.
struct FunctionTable: Sendable {
    struct Function: Sendable, Hashable {
        /// In the address space of the kernel, or from the beginning of the section for a module.
        var address: UInt64
        /// The size the compiler gave; 0 for most assembler code.
        var size: UInt64
        /// Bytes to the next symbol, which is what the kernel prints as the size
        /// (kallsyms.c: `get_symbol_pos()`); nil where no symbol follows.
        var span: UInt64?
        var section: Int
    }

    private let functions: [String: [Function]]
    private let isOfModule: Bool

    /// Padding between two functions is less than this: kernels align them to 64 bytes at most.
    private static let largestPadding: UInt64 = 64
    private static let page: UInt64 = 4096

    /// - Throws: `Failure` if the symbol table is damaged.
    init(_ file: ELFFile) throws {
        var found: [(name: String, function: Function)] = []
        try file.forEachSymbol { symbol in
            // STT_NOTYPE (assembler), STT_FUNC
            guard symbol.type == 0 || symbol.type == 2, file.sections[symbol.section].isCode,
                let name = Self.printedName(symbol.name)
            else { return }
            found.append(
                (name, Function(address: symbol.value, size: symbol.size, span: nil, section: symbol.section)))
        }
        // Sections of a module overlap, those of a kernel follow each other.
        func order(_ function: Function) -> (Int, UInt64) {
            (file.isRelocatable ? function.section : 0, function.address)
        }
        found.sort { order($0.function) < order($1.function) }
        var next: Function?
        var last: Function?
        for index in found.indices.reversed() {
            let function = found[index].function
            if let last, order(last) > order(function) { next = last }
            if let next, order(next).0 == order(function).0 {
                found[index].function.span = next.address - function.address
            }
            last = function
        }
        isOfModule = file.isRelocatable
        functions = Dictionary(grouping: found, by: \.name).mapValues { Array(Set($0.map(\.function))) }
    }

    /// The name as the kernel prints it; nil for symbols it has not (scripts/mksysmap, scripts/kallsyms.c).
    private static func printedName(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let first = bytes.first, first != UInt8(ascii: "$"), !bytes.starts(with: ".L".utf8) else { return nil }
        let name = String(decoding: bytes, as: UTF8.self)
        // What link-time optimization appends is not printed (kallsyms.c: `cleanup_symbol_name()`).
        guard bytes.contains(UInt8(ascii: ".")), let suffix = name.firstRange(of: ".llvm.") else { return name }
        return String(name[..<suffix.lowerBound])
    }

    /// The function a frame stands in. Nil rather than a wrong one: none of the name has the size that
    /// the frame shows (another build), or several have it.
    func function(of frame: Frame) -> Function? {
        guard let offset = frame.offset, let candidates = functions[frame.function] else { return nil }
        guard let size = frame.size else { return candidates.count == 1 ? candidates[0] : nil }
        guard offset <= size else { return nil }
        let exact = candidates.filter { $0.span == size }
        if !exact.isEmpty { return exact.count == 1 ? exact[0] : nil }
        let close = candidates.filter {
            $0.size > 0 && size >= $0.size && size - $0.size < Self.largestPadding
        }
        if !close.isEmpty || !isOfModule { return close.count == 1 ? close[0] : nil }
        // The last function of a module's memory of a kind, such as its init function, ends for the kernel with the
        // page (kernel/module/kallsyms.c: `find_kallsyms_symbol()`).
        let last = candidates.filter {
            $0.span == nil && offset <= $0.size && size >= $0.size && size - $0.size < Self.page
                && ($0.address &+ size) % Self.page == 0
        }
        return last.count == 1 ? last[0] : nil
    }

    /// A function of a name that occurs once.
    func function(named name: String) -> Function? {
        guard let candidates = functions[name], candidates.count == 1 else { return nil }
        return candidates[0]
    }
}
