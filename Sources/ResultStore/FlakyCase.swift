public import Foundation
public import RunRecord

/// A case that passed and failed on the same input: the same build of a kernel, the same parameters, the same
/// accelerator and the same backend.
public struct FlakyCase: Sendable, Hashable, Codable {
    /// Which.
    public var test: TestIdentity
    /// The kernel's build id; nil if it was never read.
    public var build: String?
    /// The kernel's release; nil if no guest was started.
    public var release: String?
    /// `kvm` or `tcg`.
    public var accelerator: String?
    /// `qemu` or `libvirt`; nil if no guest was started.
    public var backend: String?
    /// How often it failed, of the times that it passed or failed.
    public var failed: Proportion
    /// When it last failed.
    public var lastFailed: Date
    /// In which run.
    public var lastRun: String
    /// What it failed with, each fingerprint once, the commonest first.
    public var failures: [RunOutcomes.Failure]
}
