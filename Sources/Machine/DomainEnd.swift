import Foundation
import HostProcess
import Libvirt
import Synchronization

/// Makes the guest's troubles of what libvirt tells: the same as QEMU's events are for a child of ours.
final class DomainEnd: Sendable {
    private let guest: Guest
    private let log: BoundedFile
    private let words = Mutex<LibvirtWords?>(nil)

    init(guest: Guest, log: BoundedFile) {
        self.guest = guest
        self.log = log
    }

    /// From now on QEMU's words are there when its end is told.
    func watch(_ words: LibvirtWords) {
        self.words.withLock { $0 = words }
    }

    func receive(_ event: LibvirtEvent) {
        switch event {
        case .monitor(let name, let time, let data):
            let document = data.flatMap { try? JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
            guest.note(QMPEvent(name: name, data: document ?? .null, time: time))
        case .stopped(let reason):
            words.withLock { $0?.copy() }
            guest.note(.domainEnded(reason: reason))
        case .disconnected(let reason):
            guest.note(.libvirtLost(reason: reason))
        }
    }

    func finish() {
        words.withLock { $0?.finish() }
        log.finish()
    }
}
