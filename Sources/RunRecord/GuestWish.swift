/// What the command line asked of all guests of a run, so that the run is gone on with as it was begun. What really ran
/// stands with each cell.
public struct GuestWish: Sendable, Hashable, Codable {
    /// `kvm` or `tcg`; nil if that was left open.
    public var accelerator: String?
    /// `qemu` or `libvirt`; nil if that was left to the plans.
    public var backend: String?
    /// libvirt's URI; nil for its driver within vmharness.
    public var connect: String?
    /// `template` or `cold`; nil if that was left open.
    public var start: String?

    /// Nil stands for what was left open.
    public init(accelerator: String?, backend: String?, connect: String?, start: String?) {
        self.accelerator = accelerator
        self.backend = backend
        self.connect = connect
        self.start = start
    }
}
