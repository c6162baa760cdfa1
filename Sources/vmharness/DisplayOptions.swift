import ArgumentParser

/// What a person sees while cells run, for every command that runs some.
struct DisplayOptions: ParsableArguments {
    @Flag(help: "Print no progress, only what somebody must act on.")
    var quiet = false
}
