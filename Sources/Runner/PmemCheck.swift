import HostProcess
import Lab
import Machine
import SystemPackage
import TestPlan

/// What a plan's persistent memory needs of the host and of the kernel, asked before any guest starts.
enum PmemCheck {
    /// Checks what is behind a plan's persistent memory, and fills in what the plan leaves to the host.
    ///
    /// - Parameters:
    ///   - requests: what the plan declares.
    ///   - sysfs: where the host's sysfs is.
    /// - Returns: the requests, each over device-dax with the alignment of its node.
    /// - Throws: `Failure` for a node that cannot be used, or a QEMU that lacks libpmem.
    static func resolved(_ requests: [PmemRequest], sysfs: FilePath = "/sys") async throws -> [PmemRequest] {
        if let first = requests.first(where: \.pmem), try await !QEMUVersion.hasLibpmem() {
            throw Failure(
                "this QEMU has no libpmem, without which there is no 'pmem: true'", on: "\(first.location)",
                advice: "use a QEMU that was built with libpmem, as Debian's for amd64 are, or leave it out",
                blame: .request)
        }
        var seen: Set<UInt64> = []
        return try requests.map { request in
            guard case .devdax(let node) = request.backing else { return request }
            let device = try DaxDevice(FilePath(node), readOnly: request.readOnly, sysfs: sysfs)
            guard seen.insert(device.number).inserted else {
                throw Failure(
                    "two devices of the guest are one device-dax node, \(node)", on: "\(request.location)",
                    advice: "name another node", blame: .request)
            }
            var request = request
            request.align = ByteCount(
                bytes: try device.alignment(forMapping: request.size.bytes, asked: request.align?.bytes))
            return request
        }
    }

    /// The device-dax nodes of the host that a guest maps.
    ///
    /// - Throws: `Failure` for one that is none any more.
    static func nodes(of requests: [PmemRequest]) throws -> [DaxDevice] {
        try requests.compactMap { request in
            guard case .devdax(let node) = request.backing else { return nil }
            return try DaxDevice(FilePath(node))
        }
    }

    /// The modules that the guest's kernel needs for it, with the place that asks for each.
    static func modules(of plan: TestPlan) -> [(name: String, location: SourceLocation)] {
        var modules: [(String, SourceLocation)] = []
        for request in plan.guest.pmem {
            modules.append((request.model == .nvdimm ? "nfit" : "virtio_pmem", request.location))
            modules.append(("nd_pmem", request.location))
        }
        for step in plan.steps {
            guard case .pmem(_, let layout) = step.action else { continue }
            switch layout.mode {
            case .sector: modules.append(("nd_btt", step.location))
            case .devdax: modules += [("dax_pmem", step.location), ("device_dax", step.location)]
            case .fsdax, .raw: break
            }
        }
        var seen: Set<String> = []
        return modules.filter { seen.insert($0.0).inserted }
    }
}
