import TestPlan
import Testing

/// Plans with functions of the host: what they mean, and what is said about wrong ones.
@Suite struct PassthroughPlanTests {
    typealias Row = PlanRefusalTests.Row

    private static func devices(_ lines: String...) -> String {
        PlanText.head + "guest:\n  devices:\n" + lines.map { "    - \($0)\n" }.joined() + PlanText.steps
    }

    @Test(arguments: [
        (#"vfio: {name: a, address: "0000:03:00.0"}"#, PassthroughRequest.Choice.address("0000:03:00.0")),
        (#"vfio: {name: a, address: "0A:1f.7"}"#, .address("0000:0a:1f.7")),
        ("vfio: {name: a, address: 10000:e1:00.0}", .address("10000:e1:00.0")),
        // YAML would read a number here, and PCI's numbers are hexadecimal.
        ("vfio: {name: a, match: {vendor: 8086, device: 10d3}}", .match(vendor: 0x8086, device: 0x10d3)),
        (#"vfio: {name: a, match: {vendor: "0x1af4", device: "1"}}"#, .match(vendor: 0x1af4, device: 1)),
    ])
    func functionsAreRead(line: String, choice: PassthroughRequest.Choice) throws {
        let plan = try PlanText.plan(Self.devices(line))
        #expect(plan.guest.passthrough.map(\.choice) == [choice])
    }

    @Test(arguments: wrong)
    func wrongOnesAreRefused(row: Row) {
        #expect(PlanText.problems(of: row.text) == row.messages)
    }

    static let wrong = [
        Row(
            devices("vfio: {name: a}"),
            "plan.yaml:5:13: vfio has neither 'address' nor 'match': add 'address: \"0000:03:00.0\"' or "
                + "'match: {vendor: 8086, device: 10d3}'"),
        Row(
            devices(#"vfio: {name: a, address: "03:00.0", match: {vendor: 1, device: 2}}"#),
            "plan.yaml:5:43: vfio has both 'address' and 'match': leave one of them out"),
        Row(
            devices(#"vfio: {name: a, adress: "03:00.0"}"#),
            "plan.yaml:5:13: vfio has neither 'address' nor 'match': add 'address: \"0000:03:00.0\"' or "
                + "'match: {vendor: 8086, device: 10d3}'",
            "plan.yaml:5:23: unknown key 'adress' in vfio: did you mean 'address'?"),
        Row(
            devices(#"vfio: {name: a, address: "03:20.0"}"#),
            "plan.yaml:5:32: 'address' in vfio must be the address of a PCI function, not '03:20.0': write it as "
                + "'0000:03:00.0', in quotes; `vmharness lab devices` lists them"),
        Row(
            devices("vfio: {name: a, match: {vendor: 8086}}"),
            "plan.yaml:5:30: match has no 'device': add 'device: …'"),
        Row(
            devices("vfio: {name: a, match: {vendor: intel, device: 10d3}}"),
            "plan.yaml:5:39: 'vendor' in match must be 1 to 4 hexadecimal digits, not 'intel': `lspci -n` and "
                + "`vmharness lab devices` print them"),
        Row(
            devices(#"vfio: {name: "a,b", address: "03:00.0"}"#),
            "plan.yaml:5:20: 'name' in vfio must be 1 to 20 letters, digits, '-' and '_', not 'a,b': begin it with a "
                + "letter or a digit"),
        Row(
            PlanText.head + "guest:\n  iommu: intel\n  devices:\n    - vfio: {name: a, address: \"03:00.0\"}\n"
                + PlanText.steps,
            "plan.yaml:6:7: a function of the host behind an Intel IOMMU needs its caching mode: write 'iommu: {model: "
                + "intel, caching-mode: true}'"),
        Row(
            devices(#"vfio: {name: a, address: "03:00.0"}"#, #"vfio: {name: b, address: "0000:03:00.0"}"#),
            "plan.yaml:6:7: 'a' and 'b' are the same function 0000:03:00.0: a guest gets a function once"),
        Row(
            devices(#"vfio: {name: a, address: "03:00.0"}"#, #"vfio: {name: a, address: "03:00.1"}"#),
            "plan.yaml:6:7: a function of the host and a function of the host are both called 'a': the first is in "
                + "line 5; give this one another name"),
    ]
}
