import HostProcess
import RunRecord
import SystemPackage
import Testing

extension EndToEnd {
    /// Guests with PCI functions, IOMMUs and disks of other kinds.
    @Suite struct PCITests {
        @Test(.timeLimit(.minutes(5))) func functionsAndDisksStandWhereThePlanSays() async throws {
            try await Harness.runPlan("pci") { run, _, result in
                #expect(result.status == 0, "\(result.errorText)")
                let cell = try #require(run.cells.first)
                #expect(cell.cases.filter { $0.verdict == .pass }.count == 4)
                let environment = try #require(cell.environment)
                #expect(environment.iommu == "intel, interrupt-remapping, caching-mode")
                #expect(
                    environment.functions == [
                        .init(name: "card", model: "e1000e", behind: "root-port"),
                        .init(name: "fast", model: "virtio-net", behind: "root-port"),
                        .init(name: "old", model: "e1000", behind: "shared"),
                        .init(name: "edu", model: "edu", behind: "root-port"),
                        .init(name: "test", model: "pci-testdev", behind: "shared"),
                    ])
                #expect(
                    environment.disks?.last
                        == .init(
                            name: "bad", size: 64 << 20, format: "raw", limits: ["iops-total": 500],
                            errors: ["read of sector 2048: EIO", "write of sector 4096: EIO, once", "flush: EIO, once"]
                        ))
            }
        }

        /// The disk of the root is behind it as well, and its driver is a module.
        @Test(.timeLimit(.minutes(5))) func virtioIOMMU() async throws {
            try await Harness.runPlan("virtio-iommu", kernels: ["debian:6.12"]) { run, _, result in
                #expect(result.status == 0, "\(result.errorText)")
                #expect(run.cells.first?.environment?.iommu == "virtio")
            }
        }

        @Test(.timeLimit(.minutes(5))) func aKernelWithoutTheDriverIsRefused() async throws {
            let result = try await Harness.run([
                "run", Harness.plans.appending("virtio-iommu").string, "--kernel", "debian:6.1",
            ])
            #expect(result.status == 2)
            #expect(result.errorText.contains("has no driver for iommu: virtio: CONFIG_VIRTIO_IOMMU"))
        }

        /// A kernel that has the driver and was told not to use it: nothing else would say so.
        @Test(.timeLimit(.minutes(5))) func anIOMMUThatIsNotUsedIsAnError() async throws {
            try await Harness.runPlan("iommu-off") { run, _, result in
                #expect(result.status == 3)
                let cases = try #require(run.cells.first?.cases)
                #expect(cases.map(\.name) == ["iommu", "never"])
                #expect(cases.map(\.verdict) == [.error, .skip])
                #expect(cases.first?.reason?.contains("/sys/class/iommu is empty") == true)
            }
        }
    }
}
