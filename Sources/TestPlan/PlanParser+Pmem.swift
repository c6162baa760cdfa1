extension PlanParser {
    func pmem(_ entry: LocatedNode.Entry, _ model: PmemRequest.Model) -> PmemRequest? {
        problems.report("\(model.rawValue) is not there yet", at: entry.location)
        return nil
    }

    func pmemStep(_ kind: StepKind, _ reader: MappingReader, _ guest: GuestRequest) -> StepAction? {
        problems.report("\(kind.rawValue) is not there yet", at: reader.location)
        return nil
    }
}
