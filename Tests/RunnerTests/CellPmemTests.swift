import Foundation
import HostProcess
import Machine
import Steps
import SystemPackage
import TestPlan
import Testing

@testable import Runner

@Suite struct CellPmemTests {
    private static func request(
        _ name: String, _ backing: PmemRequest.Backing = .file, model: PmemRequest.Model = .nvdimm,
        contents: String? = nil
    ) -> PmemRequest {
        PmemRequest(
            name: name, model: model, backing: backing, size: .mebibytes(66), label: .mebibytes(2), contents: contents,
            location: SourceLocation(file: "plan.yaml", line: 1, column: 1))
    }

    @Test func filesAreSparseAndOutliveAGuest() async throws {
        try await withScratchDirectory { directory in
            let requests = [Self.request("a"), Self.request("b", .memfd)]
            let first = try await CellPmem(requests, in: directory)
            let file = try #require(first.files["a"])
            #expect(first.files.count == 1)
            var status = stat()
            #expect(stat(file.string, &status) == 0)
            #expect(status.st_size == 66 << 20 && status.st_blocks < 64)
            let handle = try FileHandle(forWritingTo: URL(filePath: file.string))
            try handle.write(contentsOf: Data("left here".utf8))
            try handle.close()
            let second = try await CellPmem(requests, in: directory)
            #expect(second.devices == first.devices)
            #expect(try Data(contentsOf: URL(filePath: file.string)).starts(with: Data("left here".utf8)))
        }
    }

    @Test func contentsAreCopiedAndNotTouched() async throws {
        try await withScratchDirectory { directory in
            let image = directory.appending("golden.img")
            try Data("golden".utf8).write(to: URL(filePath: image.string))
            chmod(image.string, 0o444)
            let pmem = try await CellPmem([Self.request("a", contents: image.string)], in: directory)
            let file = try #require(pmem.files["a"])
            let bytes = try Data(contentsOf: URL(filePath: file.string))
            #expect(bytes.count == 66 << 20 && bytes.starts(with: Data("golden\0".utf8)))
            #expect(try Data(contentsOf: URL(filePath: image.string)).count == 6)
            #expect(access(file.string, W_OK) == 0)
        }
    }

    /// The guest's numbers follow the order of probing; the places do not.
    @Test func placesFollowTheSlots() async throws {
        try await withScratchDirectory { directory in
            let devices = try await CellPmem(
                [
                    Self.request("v0", model: .virtioPmem), Self.request("a"), Self.request("b", .ram),
                    Self.request("v1", .memfd, model: .virtioPmem),
                ], in: directory
            ).devices
            var specification = GuestSpecification(
                memory: 1 << 30, cpus: 1, accelerator: .tcg, kernel: "/k", initrd: "/i", commandLine: [], disks: [],
                shares: [])
            specification.pmem = devices
            let places = specification.places
            #expect(places.mapValues(\.number) == ["v0": 0, "a": 1, "b": 2, "v1": 1])
            #expect(places["b"]?.file == nil && places["a"]?.file?.lastComponent == "pmem-a.img")
        }
    }

    /// What cannot be true is noted: an ordinary file system has no durable mappings.
    @Test func pmemOverAnOrdinaryFileIsNoted() async throws {
        try await withScratchDirectory { directory in
            var request = Self.request("a")
            request.pmem = true
            let device = try #require(try await CellPmem([request], in: directory).devices.first)
            let file = try #require(try await CellPmem([request], in: directory).files["a"])
            #expect((device.note == nil) == mapsSynchronously(file))
            request.pmem = false
            #expect(try await CellPmem([request], in: directory).devices.first?.note == nil)
        }
    }
}
