extension PlanParser {
    func passthrough(_ entry: LocatedNode.Entry) -> PassthroughRequest? {
        problems.report("vfio is not there yet", at: entry.location)
        return nil
    }
}
