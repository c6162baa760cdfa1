import HostProcess
import SystemPackage

/// An ELF file with debug information, and its functions.
struct DebugFile: Sendable {
    let elf: ELFFile
    let functions: FunctionTable

    /// - Throws: `Failure` if there is no such file, it is no ELF file, or has no debug information.
    init(_ path: FilePath) throws {
        elf = try ELFFile(path)
        guard elf.hasDebugInformation else {
            throw Failure(
                "no debug information", on: path.string,
                advice: """
                    install the kernel's debug package (Debian: linux-image-RELEASE-dbg, which has \
                    /usr/lib/debug/boot/vmlinux-RELEASE) or build with CONFIG_DEBUG_INFO
                    """,
                blame: .request)
        }
        functions = try FunctionTable(elf)
    }

    /// The release of the kernel (`uname -r`) in its banner (init/version.c: `linux_banner`); nil without one.
    func release() throws -> String? {
        var banner: ELFFile.Symbol?
        try elf.forEachSymbol { if $0.name.elementsEqual("linux_banner".utf8) { banner = $0 } }
        guard let banner, !elf.isRelocatable else { return nil }
        let section = elf.sections[banner.section]
        // SHT_PROGBITS
        guard section.type == 1, banner.value >= section.address else { return nil }
        let start = banner.value - section.address
        guard start < section.size else { return nil }
        let text = try elf.contents(of: section, from: start, limit: 256)
        let words = String(decoding: text.bytes, as: UTF8.self).split(separator: " ", maxSplits: 3)
        guard words.count > 2, words[0] == "Linux", words[1] == "version" else { return nil }
        return String(words[2])
    }
}
