import HostProcess

extension Collection<Guest.Trouble> {
    /// What the others followed from: the first, unless that is a virtiofsd that
    /// ended in good order. It does so when QEMU closes its connection, and is
    /// then seen before QEMU's own end.
    public var cause: Guest.Trouble? {
        first { trouble in
            if case .virtiofsdEnded(_, .exited(0)) = trouble { return false }
            return true
        } ?? first
    }
}
