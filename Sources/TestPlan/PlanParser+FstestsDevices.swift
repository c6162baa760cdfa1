extension PlanParser {
    /// The devices of a section by what they are for.
    func devices(
        _ keys: SectionReader, _ filesystem: FstestsRequest.Filesystem, _ guest: GuestRequest
    ) -> [FstestsRequest.Role: [String]] {
        var devices: [FstestsRequest.Role: [String]] = [:]
        var users: [String: FstestsRequest.Role] = [:]
        for role in FstestsRequest.Role.allCases {
            guard filesystem.roles.contains(role) else {
                // What another section has a use for may be inherited in vain.
                if let node = keys.reader.node(role.rawValue) {
                    problems.report(
                        "\(keys.reader.subject): \(filesystem.rawValue) has no use for '\(role.rawValue)'",
                        at: node.location, advice: "leave it out")
                }
                continue
            }
            if filesystem.roles.contains(.scratchPool), keys.isReplaced(role) { continue }
            guard let node = keys.node(role.rawValue) else {
                if let name = defaultDevice(role, filesystem, guest) { devices[role] = [name] }
                continue
            }
            let names = self.names(node, keys.label(role.rawValue), role)
                .compactMap { device($0, keys.label(role.rawValue), filesystem, guest) }
            if !names.isEmpty { devices[role] = names }
        }
        for role in FstestsRequest.Role.allCases {
            for name in devices[role] ?? [] {
                if let other = users[name] {
                    problems.report(
                        "\(keys.reader.subject): '\(name)' is both '\(other.rawValue)' and '\(role.rawValue)'",
                        at: keys.place(of: role.rawValue), advice: "give each a device of its own")
                }
                users[name] = role
            }
        }
        if filesystem.roles.contains(.scratchPool), let pool = keys.contradictedPool {
            problems.report(
                "\(keys.label("scratch-pool")) stands beside 'scratch'", at: pool.location,
                advice: "the first of the pool is the scratch device: leave 'scratch' out")
        }
        if filesystem.ground != .none, devices[.test] == nil, keys.node("test") == nil {
            let kind = filesystem.ground == .disks ? "disk" : "virtiofs device"
            problems.report(
                "\(keys.reader.subject) has no 'test', the device to test \(filesystem.rawValue) on",
                at: keys.reader.location, advice: "declare a \(kind) of that name, or say which one it is")
        }
        return devices
    }

    /// The nodes of the names: one, or a list for a pool.
    private func names(_ node: LocatedNode, _ label: String, _ role: FstestsRequest.Role) -> [LocatedNode] {
        guard role == .scratchPool else { return [node] }
        guard let items = node.items(label, problems) else { return [] }
        if items.isEmpty { problems.report("\(label) is empty", at: node.location, advice: "leave it out") }
        return items
    }

    private func device(
        _ node: LocatedNode, _ label: String, _ filesystem: FstestsRequest.Filesystem, _ guest: GuestRequest
    ) -> String? {
        guard filesystem.ground == .tags else { return declaredDisk(node, label, guest) }
        guard let tag = declaredTag(node, label, guest), let share = guest.virtiofs.first(where: { $0.tag == tag })
        else { return nil }
        if let flaw = flaw(inTested: share) {
            problems.report("\(label): \(flaw.reason)", at: node.location, advice: flaw.advice)
            return nil
        }
        return tag
    }

    /// The tests write, and a plan's own directory is not for that.
    private func flaw(inTested share: VirtiofsRequest) -> (reason: String, advice: String)? {
        if share.share != nil {
            return (
                "share '\(share.tag)' is a directory of the plan, which is not written to",
                "leave out 'share' in line \(share.location.line), or declare another virtiofs device"
            )
        }
        if share.readOnly {
            return ("share '\(share.tag)' is read-only", "leave that out in line \(share.location.line)")
        }
        return nil
    }

    /// The device that is called as the role is.
    private func defaultDevice(
        _ role: FstestsRequest.Role, _ filesystem: FstestsRequest.Filesystem, _ guest: GuestRequest
    ) -> String? {
        guard role == .test || role == .scratch else { return nil }
        switch filesystem.ground {
        case .disks: return guest.disks.map(\.name).first { $0 == role.rawValue }
        case .tags:
            return guest.virtiofs.first { $0.tag == role.rawValue && flaw(inTested: $0) == nil }?.tag
        case .none: return nil
        }
    }
}
