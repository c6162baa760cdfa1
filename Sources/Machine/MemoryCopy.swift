import CLinux
import Foundation
import HostProcess
import SystemPackage

/// Runs `body` with a copy of a template's memory that can be shared with a daemon, if the guest starts from one and
/// shares its memory; else with an empty path.
///
/// The copy is a memfd, so it is gone with us, however we end. A private mapping of the template's file will not do: a
/// vhost-user daemon would see the file, and never what the guest wrote.
///
/// - Throws: `Failure` if it cannot be made; what `body` throws.
func withMemoryCopy<Value: Sendable>(
    for specification: GuestSpecification, _ body: @Sendable @escaping (FilePath) async throws -> Value
) async throws -> Value {
    guard case .template(let template, _) = specification.origin, specification.needsSharedMemory else {
        return try await body("")
    }
    let copy = memfd_create("guest", vmharness_mfd_cloexec)
    guard copy >= 0 else {
        throw Failure("cannot make memory for a guest: \(systemError())", on: "memfd_create", advice: "")
    }
    defer { close(copy) }
    try await copyData(of: template.memory, to: copy, size: specification.memory)
    // QEMU opens it anew by our own list of descriptors.
    return try await body(FilePath("/proc/\(getpid())/fd/\(copy)"))
}

/// Copies what a sparse file holds; holes stay holes.
private func copyData(of file: FilePath, to target: Int32, size: Int) async throws {
    let source = open(file.string, O_RDONLY | O_CLOEXEC)
    func failure(_ what: String) -> Failure {
        Failure("cannot \(what) a template's memory: \(systemError())", on: file.string, advice: "is there room?")
    }
    guard source >= 0 else { throw failure("read") }
    defer { close(source) }
    guard ftruncate(target, size) == 0 else { throw failure("copy") }
    var end: off_t = 0
    while true {
        let start = lseek(source, end, vmharness_seek_data)
        if start < 0 && errno == ENXIO { return }
        end = lseek(source, start, vmharness_seek_hole)
        guard start >= 0, end >= 0 else { throw failure("read") }
        var place = start
        guard lseek(target, start, SEEK_SET) == start else { throw failure("copy") }
        while place < end {
            try Task.checkCancellation()
            let count = sendfile(target, source, &place, Int(min(end - place, 16 << 20)))
            guard count > 0 else { throw failure("copy") }
            // Other tasks of ours want the thread, too.
            await Task.yield()
        }
    }
}
