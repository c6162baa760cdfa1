import Testing

@testable import KernelLog

/// Rust's mangling, on symbols put together by the grammar of RFC 2603.
struct RustSymbolTests {
    @Test(arguments: [
        ("_RNvNtCs43vyB533jt3_4core9panicking9panic_fmt", "core::panicking::panic_fmt"),
        ("_RNvCsclqGaBZMIO9_7___rustc17rust_begin_unwind", "__rustc::rust_begin_unwind"),
        ("_RNvMNtCs1_6kernel3fooNtB2_3Baz5start", "<kernel::foo::Baz>::start"),
        (
            "_RNvXs_NtCs1_6kernel3fooNtB4_3BazNtNtCs43_4core3ops4Drop4drop",
            "<kernel::foo::Baz as core::ops::Drop>::drop"
        ),
        ("_RNCNvCs1_3foo3bar0", "foo::bar::{closure#0}"),
        ("_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>"),
        ("_RINvC3foo3barRhE", "foo::bar::<&u8>"),
        ("_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic"),
    ])
    func names(_ mangled: String, _ name: String) {
        #expect(mangled.withView(RustSymbol.demangle) == name)
    }

    @Test(arguments: [
        "_RUNTIME_check", "_ZN3foo3barE", "_R", "_RNv", "_RB_", "_RNvB_3foo", "_ZN99999fooE", "foo",
        "_RNvNvNvNvNvNvNvNvNvNvNvNv", "_RNvC99999999999999999999a",
    ])
    func othersStayAsTheyAre(_ name: String) {
        #expect(name.withView(RustSymbol.demangle) == nil)
    }
}
