internal import Yams

/// Turns Yams' nodes into located ones, within limits.
struct YAMLComposition {
    let file: String
    let limits: YAMLLimits
    private var nodes = 0

    init(file: String, limits: YAMLLimits) {
        self.file = file
        self.limits = limits
    }

    /// - Parameter parent: where the enclosing value stands, for the nodes which libyaml gives no mark.
    mutating func locate(
        _ node: Node,
        depth: Int,
        parent: SourceLocation?
    ) throws(Diagnostic) -> LocatedNode {
        let location =
            node.mark.map { SourceLocation(file: file, line: $0.line, column: $0.column) } ?? parent
            ?? SourceLocation(file: file, line: 1, column: 1)
        nodes += 1
        guard nodes <= limits.nodes else {
            throw Diagnostic(
                location: location, message: "the file has more than \(limits.nodes) values", advice: "make it smaller")
        }
        // Before descending: what an anchor names can be repeated without bound.
        guard node.anchor == nil else {
            throw YAMLSyntax.anchorOrAlias(at: location)
        }
        switch node {
        case .scalar(let scalar):
            return LocatedNode(location: location, content: try locate(scalar, at: location))
        case .sequence(let sequence):
            try refuseTag(sequence.tag, .seq, at: location)
            try refuseDepth(depth, at: location)
            var items: [LocatedNode] = []
            for item in sequence {
                items.append(try locate(item, depth: depth + 1, parent: location))
            }
            return LocatedNode(location: location, content: .sequence(items))
        case .mapping(let mapping):
            try refuseTag(mapping.tag, .map, at: location)
            try refuseDepth(depth, at: location)
            var entries: [LocatedNode.Entry] = []
            for (key, value) in mapping {
                let key = try locate(key, depth: depth + 1, parent: location)
                guard case .scalar(let text, _) = key.content else {
                    throw Diagnostic(
                        location: key.location,
                        message: "a key is \(key.summary)",
                        advice: "keys are plain words; text with braces such as \"${size}\" needs quotes"
                    )
                }
                let value = try locate(value, depth: depth + 1, parent: key.location)
                entries.append(LocatedNode.Entry(key: text, location: key.location, value: value))
            }
            return LocatedNode(location: location, content: .mapping(entries))
        case .alias:
            throw YAMLSyntax.anchorOrAlias(at: location)
        }
    }

    private func locate(_ scalar: Node.Scalar, at location: SourceLocation) throws(Diagnostic) -> LocatedNode.Content {
        try refuseTag(scalar.tag, .str, at: location)
        // Quoted scalars may say any character in an escape, yet nothing we read has a use for NUL.
        guard !scalar.string.unicodeScalars.contains("\0") else {
            throw Diagnostic(location: location, message: "text contains a NUL character", advice: "remove it")
        }
        return .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
    }

    private func refuseDepth(_ depth: Int, at location: SourceLocation) throws(Diagnostic) {
        guard depth < limits.nesting else { throw YAMLSyntax.nestedTooDeep(limits, at: location) }
    }

    private func refuseTag(_ tag: Tag, _ ordinary: Tag.Name, at location: SourceLocation) throws(Diagnostic) {
        let name = tag.description
        // Yams gives quoted scalars the tag of strings; a tag which says no more than that is not worth an error.
        guard name != "", name != ordinary.rawValue, name != "!" else { return }
        throw Diagnostic(
            location: location, message: "YAML tag \(quoted(name)) is not supported", advice: "leave the tag out")
    }
}
