extension EnvironmentRecord {
    /// A PCI function of the host that the guest had by vfio-pci.
    public struct Passthrough: Sendable, Hashable, Codable {
        /// The plan's name for it.
        public var name: String
        /// `DDDD:BB:DD.F`, in hexadecimal.
        public var address: String
        /// Vendor and device: `8086:10d3`.
        public var identity: String
        /// What it is: `Ethernet controller`.
        public var kind: String
        /// The host's driver that it was taken from, and given back to; nil if it had none.
        public var driver: String?
        /// Its IOMMU group on the host.
        public var group: Int

        /// A function as it was before the guest.
        public init(name: String, address: String, identity: String, kind: String, driver: String?, group: Int) {
            self.name = name
            self.address = address
            self.identity = identity
            self.kind = kind
            self.driver = driver
            self.group = group
        }
    }
}
