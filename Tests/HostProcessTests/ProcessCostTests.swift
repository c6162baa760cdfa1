import Foundation
import HostProcess
import Testing

@Suite struct ProcessCostTests {
    @Test("What a file in memory holds counts once, whether or not it is mapped")
    func sharedFile() throws {
        let size = 128 << 20
        // Noise of what else goes on in this process is far below half of it.
        let half = size / 2
        let name = "/vmharness-cost-\(getpid())"
        let file = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
        try #require(file >= 0 && shm_unlink(name) == 0)
        defer { close(file) }
        try #require(posix_fallocate(file, 0, size) == 0)
        func took(_ bytes: Int) throws -> (memory: Int, peak: Int) {
            let cost = try #require(ProcessCost.now(of: [Int(getpid())], sharedFile: bytes))
            return (cost.memory, cost.peakMemory)
        }
        let without = try took(0)
        let unmapped = try took(size)
        #expect(unmapped.memory - without.memory > half && unmapped.peak - without.peak > half)
        let mapping = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0))
        try #require(mapping != MAP_FAILED)
        defer { munmap(mapping, size) }
        #expect(try abs(took(size).memory - took(0).memory) < half)
        #expect(try abs(took(size).memory - unmapped.memory) < half)
    }
}
