#if Libvirt
    import TestSupport
    import Testing

    @testable import Libvirt

    @Suite struct EventLoopHealthTests {
        private final class Watcher {}

        @Test func tellsOfALoopThatFailsAgainAndAgainOnly() {
            let (health, watcher, reports) = (EventLoopHealth(), Watcher(), Locked<[String]>([]))
            func fail(_ count: Int) {
                for _ in 0..<count { health.run(pause: .zero) { "poll failed" } }
            }
            health.watch(watcher) { reports.set(reports.get() + [$0]) }
            fail(EventLoopHealth.patience - 1)
            health.run { nil }
            fail(EventLoopHealth.patience - 1)
            #expect(reports.get().isEmpty)
            fail(1)
            #expect(reports.get() == ["its event loop fails: poll failed"])
            // One that came later is told, too; one that went is not.
            health.unwatch(watcher)
            let late = Locked(0)
            let other = Watcher()
            health.watch(other) { _ in late.set(late.get() + 1) }
            fail(EventLoopHealth.patience)
            #expect(late.get() == 1 && reports.get().count == 1)
        }
    }
#endif
