import Foundation
import HostProcess
import Machine
public import RunRecord
import SystemPackage
import TestPlan

extension [Cell] {
    /// What the record keeps of them, so that the run can be gone on with. The files of a plan that many of them share
    /// are read once.
    public var asked: [AskedCell] {
        let here = FilePath(FileManager.default.currentDirectoryPath)
        var digests: [[FilePath]: String?] = [:]
        return map { cell in
            let file = here.pushing(FilePath(cell.plan.file))
            let files = [file] + [cell.plan.guest.definition].compactMap { $0.map { here.pushing(FilePath($0)) } }
            let digest = digests[files] ?? Self.digest(of: files)
            digests[files] = digest
            return AskedCell(
                id: cell.id, plan: file.lexicallyNormalized().string, planDigest: digest, kernel: "\(cell.kernel)",
                mutation: cell.mutation?.name, backend: cell.backend?.rawValue, parameters: cell.plan.values,
                repetition: cell.repetition, expected: cell.expected)
        }
    }

    /// FNV-1a of the bytes of files: it tells whether a plan, or the guest that it extends, was edited, and keeps nobody
    /// from forging.
    private static func digest(of files: [FilePath]) -> String? {
        var hash = 0xcbf2_9ce4_8422_2325 as UInt64
        for file in files {
            guard let bytes = ProcessTable.read(file.string) else { return nil }
            hash = bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
        return String(hash, radix: 16)
    }
}
