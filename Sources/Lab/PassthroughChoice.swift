import HostProcess

extension PassthroughCheck {
    /// What a guest asks for: one function by its address, or any that has these identities.
    public enum Choice: Sendable, Hashable {
        /// The function at an address.
        case address(PCIAddress)
        /// Any function with these identities, 16 bits each.
        case match(vendor: Int, device: Int)
    }

    /// Combinations that are tried: where functions are alike it is the first of them, or nearly so.
    private static let patience = 4096

    /// Finds a function for each of a guest's requests, and checks them together: members of one group can only be
    /// given away with each other. Nothing is changed.
    ///
    /// - Throws: `Failure` if there are none, with the reason of each candidate.
    /// - Returns: the functions as they are now, in the order of the requests. Whether their driver is there is for
    ///   ``check(_:)`` to see.
    public func choose(_ choices: [Choice]) throws -> [HostPCIFunction] {
        let named = choices.compactMap { if case .address(let address) = $0 { address } else { nil } }
        var wanted: [(vendor: Int, device: Int)] = []
        for case .match(let vendor, let device) in choices { wanted.append((vendor, device)) }
        guard !wanted.isEmpty else { return try checkHost(named) }
        let all = bus.functions()
        // With everything that might be taken, so that only what can never be is left out here.
        let possible = Set(
            named
                + all.filter { function in
                    wanted.contains { $0.vendor == function.vendor && $0.device == function.device }
                }.map(\.address))
        let fixed = all.filter { named.contains($0.address) }
        var candidates: [[HostPCIFunction]] = []
        for (vendor, device) in wanted {
            candidates.append(
                try self.candidates(vendor, device, among: all, besides: Set(named), possible: possible))
        }
        var refusal: Failure?
        var left = Self.patience
        func complete(_ taken: [HostPCIFunction], _ place: Int) -> [HostPCIFunction]? {
            guard place < candidates.count else {
                left -= 1
                do {
                    try checkTogether(fixed + taken, taken: Set((fixed + taken).map(\.address)))
                    return taken
                } catch {
                    refusal = refusal ?? error
                    return nil
                }
            }
            for candidate in candidates[place] where left > 0 && !taken.contains(candidate) {
                if let found = complete(taken + [candidate], place + 1) { return found }
            }
            return nil
        }
        guard let found = complete([], 0) else {
            throw refusal ?? allTaken(HostPCIFunction.identity(vendor: wanted[0].vendor, device: wanted[0].device))
        }
        var rest = found.map(\.address)
        return try checkHost(
            choices.map { if case .address(let address) = $0 { address } else { rest.removeFirst() } })
    }

    /// The functions with these identities that could be given away, if all that is possible were taken.
    private func candidates(
        _ vendor: Int, _ device: Int, among all: [HostPCIFunction], besides taken: Set<PCIAddress>,
        possible: Set<PCIAddress>
    ) throws -> [HostPCIFunction] {
        let identity = HostPCIFunction.identity(vendor: vendor, device: device)
        let alike = all.filter { $0.vendor == vendor && $0.device == device }
        guard !alike.isEmpty else {
            let sameVendor = all.filter { $0.vendor == vendor && !$0.isBridge }.map {
                "\($0.address) is \($0.identity)"
            }
            throw Failure(
                "no function \(identity) on this host", on: identity,
                advice: (sameVendor.isEmpty ? "" : "of that vendor: \(sameVendor.prefix(5).joined(separator: ", ")); ")
                    + "`vmharness lab devices` lists all", blame: .request)
        }
        let left = alike.filter { !taken.contains($0.address) }
        guard !left.isEmpty else { throw allTaken(identity) }
        var reasons: [Failure] = []
        let candidates = left.filter { function in
            do {
                try checkHost([function.address], taken: possible)
                // Another run's, which may take hours.
                if let held = Bindings(bus).refusal(of: function) { throw held }
                return true
            } catch {
                reasons.append(error as? Failure ?? Failure("\(error)", on: "\(function.address)", advice: ""))
                return false
            }
        }
        guard candidates.isEmpty else { return candidates }
        guard reasons.count > 1 else { throw reasons[0] }
        throw Failure(
            "none of the \(reasons.count) functions \(identity) can be given to a guest", on: identity,
            advice: reasons.map { "\($0.subject): \($0.what)" }.joined(separator: "; "), blame: reasons[0].blame)
    }

    private func allTaken(_ identity: String) -> Failure {
        Failure(
            "every function \(identity) is taken already", on: identity, advice: "`vmharness lab devices` lists all",
            blame: .request)
    }
}
