import Testing

@testable import Steps

@Suite struct KernelLinesTests {
    @Test func onlyWhatTheKernelSaidSinceTheStepBegan() {
        let lines = KernelLines(
            raw: """
                <6>[    1.000000] before
                <13>[    2.000000] vmharness: step process 17
                <6>[    2.100000] m: KTAP version 1
                <12>[    2.200000] m: ok 1 forged by user space
                <4>[    2.300000] m: not ok 1 mine
                garbage
                """
        ).lines
        #expect(lines == ["m: KTAP version 1", "m: not ok 1 mine"])
    }
}
