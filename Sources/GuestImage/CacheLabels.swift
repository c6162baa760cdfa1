import Foundation
import SystemPackage

/// What entries of the cache are for, as far as it can be told.
struct CacheLabels {
    struct Label {
        var what: String
        /// Nothing will ask for it again.
        var isStale = false
    }

    private let cache: Cache
    private var kernels: [String: KernelManifest] = [:]
    /// The newest of each tree that was compiled again and again.
    private var newestBuilds: [String: (digest: String, made: Date)] = [:]
    private var images: [String: RootImageManifest] = [:]
    /// The digests of images that are current for some definition.
    private let currentImages: Set<String>
    /// The digests of trees as they were when a run last asked for them.
    private let currentTrees: Set<String>
    private var initramfs: [String: String] = [:]
    private var toolchains: [String: String] = [:]

    init(_ cache: Cache) async throws {
        self.cache = cache
        for digest in cache.digests(of: .kernels) {
            guard let kernel = try? KernelManifest.read(cache.entry(.kernels, digest)) else { continue }
            kernels[digest] = kernel
            let path = cache.entry(.kernels, digest).appending(KernelManifest.fileName)
            let made = try? FileManager.default.attributesOfItem(atPath: path.string)[.modificationDate] as? Date
            guard Self.isBuild(kernel), let made else { continue }
            if let other = newestBuilds[kernel.name], other.made > made { continue }
            newestBuilds[kernel.name] = (digest, made)
        }
        for digest in cache.digests(of: .images) {
            images[digest] = try? RootImageManifest.read(cache.entry(.images, digest))
        }
        currentImages = Self.targets(of: "recipe-", in: cache.directory(of: .images))
        currentTrees = Self.targets(of: TreeImage.latest, in: cache.directory(of: .trees))
        for suite in Toolchain.packages.keys {
            for purpose in Toolchain.Purpose.allCases {
                let words = purpose == .selftests ? "\(suite), with libraries for selftests" : suite
                toolchains[try await Toolchain.digest(of: suite, for: purpose)] = words
            }
        }
        for (digest, image) in images {
            let root = image.image(at: cache.entry(.images, digest), digest: digest)
            for (kernelDigest, kernel) in kernels {
                let key = try? await Initramfs.digest(kernelDigest: kernelDigest, image: root)
                if let key { initramfs[key] = "of \(kernel.release) with image \(image.name)" }
            }
            for kernelDigest in cache.digests(of: .mutations) {
                guard let mutation = try? MutationManifest.read(cache.entry(.mutations, kernelDigest)),
                    kernels[mutation.base] != nil,
                    let key = try? await Initramfs.digest(kernelDigest: kernelDigest, image: root)
                else { continue }
                initramfs[key] = "of \(mutation.kernel.release) with \(mutation.patch) and image \(image.name)"
            }
        }
    }

    /// The digests to which links with such names point.
    private static func targets(of prefix: String, in directory: FilePath) -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
        return Set(
            names.filter { $0.hasPrefix(prefix) }.compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: directory.appending($0).string)
            })
    }

    private static func isBuild(_ kernel: KernelManifest) -> Bool { kernel.name.hasPrefix("build:") }

    func label(of kind: Cache.Kind, _ digest: String) async -> Label {
        let entry = cache.entry(kind, digest)
        switch kind {
        case .kernels:
            guard let kernel = kernels[digest] else {
                return Label(what: "of another version of vmharness", isStale: true)
            }
            let version = kernel.version.isEmpty ? "" : ", \(kernel.version)"
            let isOld = Self.isBuild(kernel) && newestBuilds[kernel.name]?.digest != digest
            return Label(
                what: "\(kernel.name): \(kernel.release)\(version)" + (isOld ? ", compiled anew since" : ""),
                isStale: isOld)
        case .images:
            guard let image = images[digest] else {
                return Label(what: "of another version of vmharness", isStale: true)
            }
            return currentImages.contains(digest)
                ? Label(what: image.name) : Label(what: "\(image.name), built anew since", isStale: true)
        case .initramfs:
            return initramfs[digest].map { Label(what: $0) }
                ?? Label(what: "of a kernel or image that is gone", isStale: true)
        case .templates:
            guard let template = try? TemplateManifest.read(entry) else {
                return Label(what: "of another version of vmharness", isStale: true)
            }
            return Label(what: template.what, isStale: template.isStale)
        case .toolchains:
            guard let suite = toolchains[digest] else {
                return Label(what: "of another version of vmharness", isStale: true)
            }
            return Label(what: "compiler of \(suite)")
        case .headers:
            let sources = entry.appending("usr/src").string
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: sources)) ?? []).sorted()
            let releases = names.filter { $0.hasPrefix("linux-headers-") && !$0.hasSuffix("-common") }
                .map { $0.dropFirst("linux-headers-".count) }
            return Label(
                what: releases.joined(separator: ", "),
                isStale: !kernels.values.contains { releases.contains($0.release[...]) })
        case .builds:
            guard let build = try? BuildManifest.read(entry) else {
                return Label(what: "of another version of vmharness", isStale: true)
            }
            let files = build.files.prefix(4).joined(separator: ", ") + (build.files.count > 4 ? ", …" : "")
            return Label(what: "\(build.purpose.map { "\($0): " } ?? "")\(files) by \(build.compiler)")
        case .sources:
            // `linux-source-6.1.tar.xz`: which version it is of, only the archive's index knows.
            let files = (try? FileManager.default.contentsOfDirectory(atPath: entry.string)) ?? []
            let series = files.compactMap { $0.hasPrefix("linux-source-") ? $0.split(separator: "-").last : nil }
                .map { String($0.prefix { $0.isNumber || $0 == "." }.dropLast()) }
            return Label(
                what: "source of Debian's kernel \(series.joined(separator: ", "))",
                isStale: !kernels.values.contains { series.contains(DebianKernelChoice.series(of: $0.version)) })
        case .mutations:
            guard let mutation = try? MutationManifest.read(entry) else {
                return Label(what: "of another version of vmharness", isStale: true)
            }
            return Label(
                what: "\(mutation.module) of \(mutation.kernel.release), changed by \(mutation.patch)",
                isStale: kernels[mutation.base] == nil)
        case .trees:
            return currentTrees.contains(digest)
                ? Label(what: "a built tree of a suite, such as fstests, or vmharness itself for guests")
                : Label(what: "a tree, of a suite or vmharness itself, that has changed since", isStale: true)
        }
    }
}
