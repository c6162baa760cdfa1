import Testing

@testable import GuestImage

struct KernelCommandLineTests {
    @Test(arguments: [true, false])
    func theConsoleIsKeptAndNothingThatIsTestedChanges(emulated: Bool) {
        let words = KernelCommandLine.defaults(emulated: emulated)
        #expect(words.contains { $0.hasPrefix("console=ttyS0") })
        let forbidden = ["mitigations", "quiet", "loglevel", "nokaslr", "nosmp", "init", "tsc", "nopti"]
        #expect(!words.contains { forbidden.contains(String($0.prefix { $0 != "=" })) })
    }

    @Test func onlyAnEmulatedGuestGoesWithoutTheTimerCheck() {
        #expect(KernelCommandLine.defaults(emulated: true).contains("no_timer_check"))
        #expect(!KernelCommandLine.defaults(emulated: false).contains("no_timer_check"))
    }
}
