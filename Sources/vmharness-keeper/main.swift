import Foundation
import HostProcess

// See `Keeper`: started by vmharness, not meant to be run by hand.
exit(Keeper.main(id: CommandLine.arguments.dropFirst().first ?? ""))
