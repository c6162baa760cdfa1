/// Functions that are never to blame: they report, allocate, lock or copy on behalf of their caller.
///
/// Titles are comparable only if everybody skips the same functions, so the names follow those that
/// syzkaller's report reader skips (`pkg/report/linux.go`); grouped here by what they are for.
enum HelperFunctions {
    static let all = FunctionSet(
        reporting + sanitizers + exceptions + allocation + objectDebugging + lockdep + locks + atomics + memory
            + strings + userCopies + lists + printing + work + devices + usb + inputOutput + filesystem + misc
    )

    private static let reporting: [StaticString] = [
        "panic", "invalid_op", "report_bug", "fixup_bug", "print_report", "print_usage_bug", "show_stack",
        "dump_stack", "walk_stack", "dump_backtrace", "unwind_backtrace", "warn_slowpath", "warn_alloc", "warn_bogus",
        "__warn",
        "print_tainted", "assertfail", "stack_trace_consume_entry", "arch_stack_walk", "stack_trace_save",
        "__fortify_report", "imbalance_bug", "print_unlock", "^get_taint$",
    ]

    private static let sanitizers: [StaticString] = [
        "__sanitizer", "__asan", "kasan", "hwasan", "__msan", "kmsan", "kcsan_setup_watchpoint",
        "check_memory_region", "check_heap_object", "check_object", "read_word_at_a_time", "read_once_word_nocheck",
        "read_once_nocheck", "write_once_nocheck", "print_address_description",
    ]

    private static let exceptions: [StaticString] = [
        "do_error", "_trap$", "do_trap", "program_check_exception", "program_check_common", "do_kernel_fault",
        "do_translation_fault", "do_mem_abort", "el1_abort", "el1h_64_sync", "_indirect_thunk_", "__phys_addr",
    ]

    private static let allocation: [StaticString] = [
        "alloc_page", "malloc", "kzalloc", "vzalloc", "kcalloc", "vcalloc", "zalloc", "calloc", "krealloc",
        "kmem_cache", "allocate_slab", "__alloc_frozen_pages_noprof", "folio_alloc", "folio_unlock",
        "filemap_alloc_folio", "__filemap_get_folio", "find_or_create_page", "do_read_cache_folio",
        "read_cache_page", "pagecache_get_page", "grab_cache_page_write_begin", "slab_", "^kfree$", "^kvfree$",
        "kfree_skb", "ida_free",
    ]

    private static let objectDebugging: [StaticString] = [
        "debug_object", "timer_is_static_object", "work_is_static_object", "^refcount_", "^kref_", "ref_tracker",
        "seqprop_assert",
    ]

    private static let lockdep: [StaticString] = [
        "lockdep", "lock_acquire", "lock_release", "lock_class", "mark_lock", "reacquire_held_locks",
        "mark_held_locks", "trace_hardirq", "trace_softirq", "__might_fault", "might_fault", "might_sleep",
        "__might_resched",
    ]

    private static let locks: [StaticString] = [
        "bh_enable", "bh_disable", "raw_spin_rq", "spin_lock", "spin_trylock", "spin_unlock", "read_lock",
        "read_trylock", "write_lock", "write_trylock", "read_unlock", "write_unlock", "^down$", "down_read",
        "down_write", "down_trylock", "up_read", "up_write", "^mutex_", "^__mutex_", "^rt_mutex_", "owner_on_cpu",
        "osq_lock", "osq_unlock", "cleanup_srcu_struct",
    ]

    /// `atomic_inc`, `atomic64_fetch_add`, `set_bit` with all their variants.
    private static let atomics: [StaticString] = [
        "atomic_dec", "atomic_inc", "atomic_read", "atomic_set", "atomic_or", "atomic_xor", "atomic_and",
        "atomic_add", "atomic_sub", "atomic_fetch", "atomic_xchg", "atomic_cmpxchg", "atomic_try", "atomic64_dec",
        "atomic64_inc", "atomic64_read", "atomic64_set", "atomic64_or", "atomic64_xor", "atomic64_and",
        "atomic64_add", "atomic64_sub", "atomic64_fetch", "atomic64_xchg", "atomic64_cmpxchg", "atomic64_try",
        "set_bit", "clear_bit", "change_bit", "test_bit",
    ]

    private static let memory: [StaticString] = [
        "memcpy", "memcmp", "memset", "memchr", "memmove", "memdup",
    ]

    private static let strings: [StaticString] = [
        "strcmp", "strncmp", "strcpy", "strlcpy", "strncpy", "strscpy", "strlen", "strstr", "strnstr", "strnlen",
        "strchr", "strdup", "strndup", "string", "pointer", "snprintf", "scnprintf", "kasprintf", "kvasprintf",
        "va_format", "hex_dump_to_buffer", "print_hex_dump", "^crc0", "^crc1", "^crc2", "^crc3", "^crc4", "^crc5",
        "^crc6", "^crc7", "^crc8", "^crc9", "crc_itu_t",
    ]

    private static let userCopies: [StaticString] = [
        "copy_to_user", "copy_from_user", "copy_to_iter", "copy_from_iter", "copy_page_to_iter",
        "copy_page_from_iter", "copy_folio_to_iter", "^copyin$", "^copyout$", "put_user", "get_user",
        "extract_user_to_sg", "extract_iter_to_sg",
    ]

    private static let lists: [StaticString] = [
        "list_add", "list_del", "list_replace", "list_move", "list_splice", "^rb_", "^__rb_", "^klist_",
        "rhashtable_lookup", "xas_start", "xas_load", "xas_find",
    ]

    private static let printing: [StaticString] = [
        "printk", "dev_info", "dev_notice", "dev_warn", "dev_err", "dev_alert", "dev_crit", "dev_emerg",
        "perf_trace",
    ]

    private static let work: [StaticString] = [
        "__wake_up", "del_timer", "flush_work", "__cancel_work_timer", "cancel_work_sync", "try_to_grab_pending",
        "drain_workqueue", "destroy_workqueue", "queue_work", "finish_wait", "kthread_stop", "^complete$",
        "wait_for_completion", "insert_work", "__queue_delayed_work", "queue_delayed_work_on", "lock_timer_base",
        "__timer_delete_sync", "sk_stop_timer_sync", "__mod_timer",
    ]

    private static let devices: [StaticString] = [
        "kobject_", "add_uevent_var", "get_device_parent", "device_add", "device_del", "device_unregister",
        "device_destroy", "device_release", "devres_release_all", "hwrng_unregister", "i2c_del_adapter",
        "__unregister_client", "device_for_each_child", "rollback_registered", "unregister_netdev", "sysfs_remove",
        "device_remove_file", "tty_unregister_device", "^put_device$",
    ]

    private static let usb: [StaticString] = [
        "dummy_urb_enqueue", "usb_kill_urb", "usb_kill_anchored_urbs", "usb_control_msg", "usb_hcd_submit_urb",
        "usb_submit_urb",
    ]

    private static let inputOutput: [StaticString] = [
        "readb$", "readw$", "readl$", "readq$", "writeb$", "writew$", "writel$", "writeq$", "logic_in", "logic_out",
    ]

    private static let filesystem: [StaticString] = [
        "^iput$", "^iput_final$", "^ihold$", "^lock_page", "^unlock_page", "find_lock_entries",
        "truncate_inode_pages_range", "drop_nlink", "fast_dput", "dput", "mark_buffer_dirty",
    ]

    private static let misc: [StaticString] = [
        "flush_workqueue"
    ]
}
