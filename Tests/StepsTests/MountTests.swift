import Testing

@testable import Steps

@Suite struct MountTests {
    /// From a guest of Debian 6.1, with a second mount over the first one.
    private static let table = """
        22 1 254:0 / / rw,noatime - ext4 /dev/vda rw
        30 22 0:26 / /mnt/b\\040c rw,relatime shared:5 master:1 - btrfs /dev/vdd rw,compress=zstd:3,subvol=/
        31 22 254:32 / /mnt/a rw,noatime - ext4 /dev/vdc rw,errors=remount-ro
        32 31 254:48 / /mnt/a ro,nosuid,relatime - xfs /dev/vde rw,attr2,dax=never,logbsize=32k,noquota
        not a mount
        """

    @Test func theLastMountAtAPlaceIsSeen() throws {
        let table = MountTable(Self.table)
        #expect(table.entries.count == 4)
        let mount = try #require(table.mount(at: "/mnt/a"))
        #expect(mount.type == "xfs" && mount.source == "/dev/vde" && mount.device == "254:48")
        #expect(table.mount(at: "/mnt/b c")?.superOptions == ["rw", "compress=zstd:3", "subvol=/"])
        #expect(table.mount(at: "/mnt") == nil)
    }

    @Test(arguments: [
        (["noatime", "relatime"], ["noatime"]), (["dax=always", "dax"], ["dax=always", "dax"]), (["ro"], []),
        (["rw", "logbsize=32k"], ["rw"]), (["suid", "nosuid"], ["suid"]), (["noquota", "nodiscard"], []),
        (["usrquota", "quota"], ["usrquota", "quota"]), (["strictatime"], ["strictatime"]),
        (["defaults", "x-systemd.automount", "nofail"], []), (["logbsize=64k"], ["logbsize=64k"]),
    ])
    func whatDidNotTakeIsTold(asked: [String], absent: [String]) throws {
        let mount = try #require(MountTable(Self.table).mount(at: "/mnt/a"))
        #expect(MountOptions(mount).absent(of: asked) == absent)
    }

    @Test(arguments: [
        (["compress=zstd", "compress"], []), (["compress=lzo"], ["compress=lzo"]), (["subvol=/"], []),
        (["datacow"], []), (["nodatacow"], ["nodatacow"]),
    ])
    func theKernelsSpellingMayBeLonger(asked: [String], absent: [String]) throws {
        let mount = try #require(MountTable(Self.table).mount(at: "/mnt/b c"))
        #expect(MountOptions(mount).absent(of: asked) == absent)
    }

    /// ext4's defaults are not in mountinfo.
    @Test func furtherOptionsCount() throws {
        let mount = try #require(MountTable(Self.table).entries.first)
        let options = MountOptions(mount, further: ["rw", "commit=5", "delalloc", "data=ordered"])
        #expect(options.absent(of: ["commit=5", "delalloc", "data=journal"]) == ["data=journal"])
        #expect(!options.isReadOnly)
    }

    @Test func aReportNamesTheMountAtTheRealPlace() {
        let report = MountReport("@place /mnt/b c\n" + Self.table + "\n@disk /dev/vdd\n@option a=b\n")
        #expect(report.mount?.type == "btrfs")
        #expect(report.disk == "/dev/vdd" && report.options == ["a=b"])
        #expect(report.line?.hasPrefix("30 22 0:26 / ") == true)
        #expect(MountReport("@place /elsewhere\n" + Self.table).mount == nil)
    }

    /// As xfs_io prints it, on Debian 6.12 with ext4.
    @Test(arguments: [
        ("@attributes = 0x200000\n@attributes_mask = 0x203874", true), ("@attributes = 0\n", nil),
        ("@attributes = 0x0\n@attributes_mask = 0x203874", false),
        ("@attributes = 0x0\n@attributes_mask = 0x3874", nil),
        ("", nil), ("@attributes = 0xzz\n@attributes_mask = 0x203874", nil),
    ])
    func whatAFileHasOfDAXIsRead(text: String, isInForce: Bool?) {
        #expect(DirectAccess(text)?.isInForce == isInForce)
    }

    @Test(arguments: [
        (["dax"], true), (["noatime", "dax=always"], true), (["dax=never"], false), (["dax=inode"], false),
    ])
    func whetherDAXIsWanted(options: [String], isWanted: Bool) {
        #expect(DirectAccess.isWanted(options) == isWanted)
    }
}
