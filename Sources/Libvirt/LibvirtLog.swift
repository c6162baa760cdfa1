import Foundation

/// libvirt's own log, which a driver in process writes to our standard error.
public enum LibvirtLog {
    /// Turns it off, unless the user's environment directs it elsewhere. libvirt
    /// reads that when it is first used; to be called before the process has a
    /// second thread, since it changes the environment.
    public static func silence() {
        setenv("LIBVIRT_LOG_OUTPUTS", "4:file:/dev/null", 0)
    }
}
