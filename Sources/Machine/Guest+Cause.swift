import HostProcess

extension Collection<Guest.Trouble> {
    /// What the others followed from: the first, unless that is a virtiofsd that
    /// ended in good order. It does so when QEMU closes its connection, and is
    /// then seen before QEMU's own end.
    public var cause: Guest.Trouble? {
        first { !$0.isOrderly } ?? first
    }
}

extension Guest.Trouble {
    /// The end of a virtiofsd in good order.
    var isOrderly: Bool { if case .virtiofsdEnded(_, .exited(0)) = self { true } else { false } }
}
