extension Expunge {
    /// On which kernels and file systems it holds, in words; empty: everywhere. Two expunges of the same cases with the
    /// same scope are the same expunge, wherever in the file they stand.
    public var scope: String {
        let kernels: String? =
            switch (since, until) {
            case (nil, nil): nil
            case (let since?, nil): "kernels from \(since)"
            case (nil, let until?): "kernels up to \(until)"
            case (let since?, let until?): "kernels \(since) to \(until)"
            }
        let words = [kernels, filesystems.isEmpty ? nil : filesystems.sorted().joined(separator: ", ")]
        return words.compactMap { $0 }.joined(separator: "; ")
    }

    /// Whether it names a case, be it with its section (`ext4-1k/generic/208`) and with the number that tells two of
    /// one name apart (`generic/208 #2`). Kernel, file system and expiry are not looked at.
    public func names(_ name: String) -> Bool {
        let name = name.replacing(/\ #[0-9]+$/, with: "")
        guard test.hasSuffix("*") else { return name == test || name.hasSuffix("/" + test) }
        let beginning = test.dropLast()
        return name.hasPrefix(beginning) || name.contains("/" + beginning)
    }
}
