import Testing

@testable import Runner

@Suite struct BlockedTaskTests {
    @Test func readsTheLaddersOutput() {
        let tasks = BlockedTask.parse(
            """
            @task 168 S insmod
            [<0>] request_wait_answer+0x159/0x2a0 [fuse]
            [<0>] fuse_simple_request+0x18b/0x2b0 [fuse]
            [<0>] __do_sys_finit_module+0x86/0x120
            wchan: request_wait_answer
            syscall: 313 0x3 0x561ca0bd932b
            @task 169 D my prog
            [<0>] folio_wait_bit_common+0x13d/0x350
            [<0>] gfs2_block_map+0x2a0/0x9f0 [gfs2]
            """)
        #expect(tasks.map(\.pid) == [168, 169])
        #expect(tasks.map(\.comm) == ["insmod", "my prog"])
        #expect(tasks[0].stack.count == 3)
        #expect(tasks[0].blamed == "request_wait_answer")
        // The wait for a page is how one sleeps, not where.
        #expect(tasks[1].blamed == "gfs2_block_map")
    }

    @Test func readsAConsoleDump() {
        let tasks = BlockedTask.parseConsole(
            """
            [   32.178595] sysrq: Show State
            [   32.178700] task:systemd         state:S stack:0     pid:1     ppid:0      flags:0x00000000
            [   32.178800] Call Trace:
            [   32.178801]  <TASK>
            [   32.178802]  __schedule+0x34d/0x9e0
            [   32.178803]  schedule+0x5a/0xd0
            [   32.178804]  do_epoll_wait+0x5f0/0x710
            [   32.178810]  </TASK>
            [   32.178811] task:insmod          state:D stack:    0 pid:  105 ppid:     1 flags:0x00004002
            [   32.178812] Call Trace:
            [   32.178813]  <TASK>
            [   32.178814]  __schedule+0x34d/0x9e0
            [   32.178815]  ? preempt_count_add+0x47/0xa0
            [   32.178816]  request_wait_answer+0x12b/0x210 [fuse]
            [   32.178817]  </TASK>
            [   32.178818] Showing busy workqueues and worker pools:
            """)
        #expect(tasks.map(\.pid) == [1, 105])
        #expect(tasks.map(\.state) == ["S", "D"])
        #expect(tasks[1].stack == ["__schedule+0x34d/0x9e0", "request_wait_answer+0x12b/0x210 [fuse]"])
        #expect(tasks.map(\.blamed) == ["do_epoll_wait", "request_wait_answer"])
        #expect(tasks.map(\.parent) == [0, 1])
    }

    @Test func aFamilyIsFoundWhateverTheDumpSays() {
        func task(_ pid: Int, _ parent: Int, _ state: String) -> BlockedTask {
            BlockedTask(pid: pid, parent: parent, comm: "t\(pid)", state: state, stack: ["f+0x1/0x2"])
        }
        // A damaged dump may even make two tasks each other's parent.
        let tasks = [task(1, 0, "S"), task(5, 9, "S"), task(7, 5, "D"), task(9, 5, "S"), task(8, 1, "D")]
        let family = BlockedTask.family(of: 5, in: tasks)
        #expect(Set(family.map(\.pid)) == [5, 7, 9])
        #expect(BlockedTask.tellingFirst(family).first?.pid == 7)
        #expect(BlockedTask.family(of: 77, in: tasks).isEmpty)
    }

    @Test func whatPrintsTheDumpIsNotBlamed() {
        let stack = ["sched_show_task.cold+0x1/0x2", "show_state_filter+0x1/0x2", "vfs_write+0x1/0x2"]
        #expect(BlockedTask(pid: 1, comm: "sh", state: "R", stack: stack).blamed == "vfs_write")
    }

    @Test func withoutAStackNothingIsBlamed() {
        #expect(BlockedTask(pid: 1, comm: "a", state: "R", stack: []).blamed == nil)
    }
}
