import Foundation
import HostProcess
import Machine
import SystemPackage
import TestPlan

/// The persistent memory that a plan gives its guest. What is a file lies in the cell's scratch directory and, like a
/// disk, is made once: a guest that takes another's place finds it as that one left it.
struct CellPmem: Sendable {
    /// In the plan's order, for a guest's specification.
    let devices: [PersistentMemory]

    /// Makes the files that are not there yet, sparse and with their contents, and leaves those that are as they were.
    ///
    /// - Parameters:
    ///   - requests: what the plan declares, checked against the host.
    ///   - directory: where the files lie; they are removed with it.
    /// - Throws: `Failure` if one cannot be made.
    init(_ requests: [PmemRequest], in directory: FilePath) async throws {
        // A write that finds no room ends QEMU by SIGBUS.
        if requests.contains(where: { $0.backing == .file }) { try CellDisks.checkRoom(in: directory) }
        var devices: [PersistentMemory] = []
        for request in requests {
            let backing: PersistentMemory.Backing
            switch request.backing {
            case .file:
                let file = directory.appending("pmem-\(request.name).img")
                try await Self.ensure(file, of: request)
                backing = .file(file)
            case .memfd: backing = .memfd
            case .ram: backing = .ram
            case .devdax(let node): backing = .devdax(FilePath(node))
            }
            devices.append(
                PersistentMemory(
                    name: request.name, model: PersistentMemory.Model(rawValue: request.model.rawValue)!,
                    backing: backing, size: request.size.bytes, label: request.label?.bytes,
                    align: request.align?.bytes, pmem: request.pmem, unarmed: request.unarmed,
                    readOnly: request.readOnly))
        }
        self.devices = devices
    }

    /// The files behind it, by its names.
    var files: [String: FilePath] {
        devices.reduce(into: [:]) { files, device in
            if case .file(let path) = device.backing { files[device.name] = path }
        }
    }

    private static func ensure(_ file: FilePath, of request: PmemRequest) async throws {
        guard access(file.string, F_OK) != 0 else { return }
        // Under its own name only once it is whole: an interrupted copy is no contents.
        let partial = FilePath(file.string + ".partial")
        if let contents = request.contents {
            // An image that nobody may write to is no reason that its copy be so.
            try await Command(
                "cp", ["--no-preserve=mode", "--sparse=always", "--reflink=auto", "--", contents, partial.string]
            ).check(timeout: .seconds(600), advice: "is there room for '\(request.name)' in \(file)?")
        }
        func failure() -> Failure {
            Failure("cannot make persistent memory of the guest: \(systemError())", on: file.string, advice: "")
        }
        let descriptor = open(partial.string, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard ftruncate(descriptor, request.size.bytes) == 0, fchmod(descriptor, 0o600) == 0,
            rename(partial.string, file.string) == 0
        else { throw failure() }
    }
}

/// Whether a file is on a DAX file system, so that a mapping of it can be made durable by flushing the CPU's caches
/// alone: what QEMU's `pmem=on` is for. It says no more than a warning where it cannot be.
func mapsSynchronously(_ file: FilePath) -> Bool {
    let descriptor = open(file.string, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // MAP_SHARED_VALIDATE and MAP_SYNC of include/uapi/asm-generic/mman.h.
    let length = 4096
    guard let place = mmap(nil, length, PROT_READ | PROT_WRITE, 0x03 | 0x080000, descriptor, 0), place != MAP_FAILED
    else { return false }
    munmap(place, length)
    return true
}
