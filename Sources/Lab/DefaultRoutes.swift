import SystemPackage

/// The network interfaces by which the host reaches the world.
struct DefaultRoutes {
    let tree: SystemTree
    /// By interface: `IPv4`, `IPv6`.
    private var routes: [String: [String]] = [:]

    init(_ tree: SystemTree) {
        self.tree = tree
        // Iface Destination Gateway Flags RefCnt Use Metric Mask … (net/ipv4/fib_trie.c)
        for line in (tree.text(tree.path("proc/net/route")) ?? "").split(separator: "\n").dropFirst() {
            let fields = line.split(whereSeparator: \.isWhitespace)
            guard fields.count > 7, fields[1] == "00000000", fields[7] == "00000000" else { continue }
            add("IPv4", to: String(fields[0]))
        }
        // destination length source length gateway metric refcount use flags interface (net/ipv6/route.c)
        for line in (tree.text(tree.path("proc/net/ipv6_route")) ?? "").split(separator: "\n") {
            let fields = line.split(whereSeparator: \.isWhitespace)
            // RTF_REJECT: the route that says there is none.
            guard fields.count > 9, fields[1] == "00", fields[0].allSatisfy({ $0 == "0" }), fields[9] != "lo",
                let flags = Int(fields[8], radix: 16), flags & 0x200 == 0
            else { continue }
            add("IPv6", to: String(fields[9]))
        }
    }

    /// Why an interface is needed, by itself or by a bond, bridge or VLAN above it; nil if it is not.
    func use(of interface: String) -> String? {
        let directory = tree.path("sys/class/net")
        var way = [interface]
        var next = 0
        while next < way.count {
            if let kinds = routes[way[next]] {
                let through = way[next] == interface ? interface : "\(interface), below \(way[next])"
                return "carries the default route of \(kinds.joined(separator: " and ")) (\(through))"
            }
            for name in tree.names(in: directory.appending(way[next])) where name.hasPrefix("upper_") {
                let upper = String(name.dropFirst("upper_".count))
                if !way.contains(upper) { way.append(upper) }
            }
            next += 1
        }
        return nil
    }

    private mutating func add(_ kind: String, to interface: String) {
        if !(routes[interface] ?? []).contains(kind) { routes[interface, default: []].append(kind) }
    }
}
