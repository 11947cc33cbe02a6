namespace Tidemark.Tests;

public sealed class MountsTests : IDisposable
{
    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    [Fact]
    public void What_fstab_names_and_is_not_mounted_is_missing_to_all_that_lies_under_it()
    {
        File.WriteAllText(temp["fstab"],
            """
            # <file system>  <mount point>  <type>  <options>
            UUID=1 / ext4 defaults 0 1
            nas:/a /mnt/nas nfs defaults 0 0
            nas:/b\t/mnt/my\040nas/ nfs defaults 0 0

            /dev/sda2 none swap sw 0 0
            /dev/sdb1 /mnt/disk ext4 defaults
            """.Replace("\\t", "\t", StringComparison.Ordinal));
        File.WriteAllText(temp["mountinfo"],
            """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            36 22 8:17 / /mnt/disk rw shared:2 - ext4 /dev/sdb1 rw
            40 22 8:33 / /mnt/nas/deep rw shared:3 - ext4 /dev/sdc1 rw
            """);
        var mounts = Mounts.Read(temp["fstab"], temp["mountinfo"]);

        Assert.Equal(["/", "/mnt/nas", "/mnt/my nas", "/mnt/disk"], mounts.Wanted);
        Assert.Equal(["/", "/mnt/disk", "/mnt/nas/deep"], mounts.There);
        Assert.Equal(["/mnt/nas", "/mnt/nas", "/mnt/my nas", null, null, null, null],
            new[] { "/mnt/nas", "/mnt/nas/videos", "/mnt/my nas/videos", "/mnt/nasty", "/mnt/disk/videos", "/mnt/nas/deep/videos", "/" }.Select(mounts.Under));
    }

    [Fact]
    public void Links_to_a_mount_are_followed()
    {
        var mount = Directory.CreateDirectory(temp["mount"]).FullName;
        Directory.CreateDirectory(Path.Combine(mount, "videos"));
        Directory.CreateSymbolicLink(temp["link"], mount);
        Directory.CreateSymbolicLink(temp["again"], temp["link"]);

        var mounts = new Mounts([mount], ["/"]);
        Assert.Equal(mount, mounts.Missing(Path.Combine(temp["again"], "videos")));
        Assert.Null((mounts with { There = ["/", mount] }).Missing(Path.Combine(temp["again"], "videos")));
    }

    [Fact]
    public void The_root_is_there_also_where_no_list_has_it_and_where_nothing_can_be_read_nothing_is_missing()
    {
        Assert.Contains("/proc", Mounts.Read().There);
        Assert.Null(new Mounts(["/"], ["/proc"]).Missing(temp.Path));
        Assert.Equal(temp.Path, new Mounts(["/", temp.Path], ["/proc"]).Missing(temp.Path));
        Assert.Null(Mounts.Read(temp["none"], temp["none"]).Missing(temp.Path));
        Assert.Null(new Mounts([temp.Path], []).Missing(temp.Path));
    }
}
