#if Libvirt
    import CLibvirt
    import Foundation

    /// libvirt's own event loop. It must stand before the first connection is
    /// opened, and it is one for the process: so it begins once and lasts.
    enum EventLoop {
        /// Begins it.
        ///
        /// - Throws: `LibvirtError` if libvirt cannot be set up at all.
        static func start() throws {
            if let failure { throw failure }
        }

        static let health = EventLoopHealth()

        private static let failure: LibvirtError? = {
            // libvirt prints errors unless somebody takes them; ours are thrown.
            virSetErrorFunc(nil) { _, _ in }
            guard virInitialize() == 0 else { return LibvirtError.last("virInitialize") }
            guard virEventRegisterDefaultImpl() == 0 else { return LibvirtError.last("virEventRegisterDefaultImpl") }
            let thread = Thread {
                while true {
                    health.run {
                        virEventRunDefaultImpl() == 0 ? nil : LibvirtError.last("virEventRunDefaultImpl").message
                    }
                }
            }
            thread.name = "libvirt-events"
            thread.start()
            return nil
        }()
    }
#endif
