extension Expunge {
    /// Whether its day has come and it no longer holds.
    ///
    /// - Parameter today: `YYYY-MM-DD`.
    public func hasExpired(on today: String) -> Bool { expires.map { $0 <= today } ?? false }

    /// Whether it holds for a case.
    ///
    /// - Parameters:
    ///   - name: the case's name, with or without its section.
    ///   - filesystem: what is tested, such as `ext4`; nil if nothing is, and then an expunge for some does not hold.
    ///   - kernel: the kernel's version; nil if it is not known, and then an expunge for some does not hold: a case is
    ///     rather run in vain than left out.
    ///   - today: `YYYY-MM-DD`.
    public func holds(for name: String, filesystem: String?, kernel: KernelVersion?, today: String) -> Bool {
        names(name) && !hasExpired(on: today)
            && (filesystems.isEmpty || filesystems.contains { $0 == filesystem })
            && holds(on: kernel)
    }

    private func holds(on kernel: KernelVersion?) -> Bool {
        guard since != nil || until != nil else { return true }
        guard let kernel else { return false }
        if let since = since.flatMap(KernelVersion.init(bound:)), !kernel.isFrom(since) { return false }
        if let until = until.flatMap(KernelVersion.init(bound:)), !kernel.isUpTo(until) { return false }
        return true
    }
}

extension SuiteOptions {
    /// The first expunge that holds for a case; nil if it is to run. Parameters as for ``Expunge/holds(for:filesystem:kernel:today:)``.
    public func expunge(for name: String, filesystem: String?, kernel: KernelVersion?, today: String) -> Expunge? {
        expunges.first { $0.holds(for: name, filesystem: filesystem, kernel: kernel, today: today) }
    }

    /// The expunges that no longer hold, which whoever runs the cases tells: their files want mending.
    public func expiredExpunges(on today: String) -> [Expunge] { expunges.filter { $0.hasExpired(on: today) } }
}
