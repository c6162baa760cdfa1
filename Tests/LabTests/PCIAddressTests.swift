import Lab
import Testing

@Suite("PCI addresses")
struct PCIAddressTests {
    @Test(
        "An address is read with and without a domain",
        arguments: [
            ("0000:03:10.2", "0000:03:10.2"), ("03:10.2", "0000:03:10.2"), ("10000:e1:00.7", "10000:e1:00.7"),
        ])
    func reads(_ text: String, _ written: String) {
        #expect(PCIAddress(text)?.description == written)
    }

    @Test("What is no address is refused", arguments: ["", "03:10", "3:10.2", "03:20.0", "03:10.8", "03:+1.0", "a.b"])
    func refuses(_ text: String) {
        #expect(PCIAddress(text) == nil)
    }
}
