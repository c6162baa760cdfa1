extension PlanParser {
    func nic(_ entry: LocatedNode.Entry) -> NICRequest? {
        problems.report("nic is not there yet", at: entry.location)
        return nil
    }

    func pciFunction(_ entry: LocatedNode.Entry) -> PCIFunctionRequest? {
        problems.report("pci is not there yet", at: entry.location)
        return nil
    }

    func iommu(_ node: LocatedNode, _ label: String) -> IOMMURequest? {
        problems.report("iommu is not there yet", at: node.location)
        return nil
    }
}
