#if Libvirt
    import Foundation
    import HostProcess
    import Libvirt

    /// QMP passed on by libvirt (`virDomainQemuMonitorCommand`).
    struct LibvirtMonitor: Monitor {
        let domain: LibvirtDomain

        func execute(
            _ command: String, _ arguments: [String: JSONValue], timeout: Duration
        ) async throws -> JSONValue {
            var message: [String: JSONValue] = ["execute": .string(command)]
            if !arguments.isEmpty { message["arguments"] = .object(arguments) }
            let text: String
            do {
                text = try await domain.monitorCommand("\(JSONValue.object(message))", timeout: timeout)
            } catch let error as LibvirtError {
                throw Failure(error, asking: "for QMP \(command)", on: "QMP \(command)")
            }
            guard text.utf8.count <= QMP.lineLimit,
                let answer = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            else { throw Failure("QEMU's answer is none", on: "QMP \(command)", advice: "") }
            if let error = answer["error"] {
                throw Failure(
                    "QEMU refused: \(error["desc"]?.text ?? "no description")", on: "QMP \(command)", advice: "")
            }
            return answer["return"] ?? .null
        }
    }
#endif
