using System.Diagnostics;
using Tidemark.Media;
using Tidemark.Tests.Media;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Real ffmpeg: what is left when it goes wrong.</summary>
public sealed class RenderBadDayTests : IDisposable
{
    private readonly RenderFixture render = new();

    public void Dispose() => render.Dispose();

    [Fact]
    public async Task A_frame_cut_short_is_named()
    {
        var frames = await render.MovingAsync("m", 5);
        await File.WriteAllBytesAsync(frames[3].Path, (await File.ReadAllBytesAsync(frames[3].Path))[..1500]);
        await NamesAsync(frames, frames[3].Path, "cut short");
    }

    [Fact]
    public async Task A_frame_damaged_inside_is_named()
    {
        var frames = await render.MovingAsync("m", 5, 320, 240);
        var bytes = await File.ReadAllBytesAsync(frames[2].Path);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 2, 1500));
        for (var i = bytes.Length / 2; i < (bytes.Length / 2) + 1500; i++)
        {
            bytes[i] &= 0x7F;
        }

        await File.WriteAllBytesAsync(frames[2].Path, bytes);
        await NamesAsync(frames, frames[2].Path, "damaged inside");
    }

    [Fact]
    public async Task A_frame_that_is_gone_or_of_another_size_than_the_index_says_is_named()
    {
        var frames = await render.MovingAsync("m", 3);
        await NamesAsync([frames[0], frames[1] with { Width = 100 }], frames[1].Path, "100x48");
        File.Delete(frames[2].Path);
        await NamesAsync(frames, frames[2].Path, "not on disk");
    }

    [Fact]
    public async Task A_sidebar_that_is_no_video_is_refused()
    {
        await File.WriteAllTextAsync(render.Media.PathOf("side.mp4"), "#EXTM3U\n#EXTINF:5,\n/etc/passwd\n");
        var plan = TimelapsePlan.Make([await render.ColourAsync("red", 3)], new TimelapseRecipe { Sidebar = render.Media.PathOf("side.mp4") }).Value;

        var failure = (await render.RenderAsync(plan))!;
        Assert.Equal(FailureKind.BadInput, failure.Kind);
        Assert.Contains("side.mp4", failure.Message);
        render.AssertNothingLeft();
    }

    [Fact]
    public async Task Cancelling_half_way_leaves_no_process_and_no_file()
    {
        using var stop = new CancellationTokenSource();
        var plan = TimelapsePlan.Make([RenderFixture.Repeat((await render.MovingAsync("m", 1, 1280, 720))[0].Path, 3000, 1280, 720)], new TimelapseRecipe()).Value;
        var failure = await render.RenderAsync(plan, new Listener<TimelapseProgress>(p => { if (p.Frames > 0) { stop.Cancel(); } }), stop.Token);

        Assert.Equal(FailureKind.Cancelled, failure?.Kind);
        render.AssertNothingLeft();
        await Until.TrueAsync(() => !ProcessesWith(render.Media.Folder).Any(), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_was_there_before_survives_a_failure()
    {
        await File.WriteAllTextAsync(render.Output, "yesterday's");
        var frames = await render.MovingAsync("m", 2);
        await File.WriteAllBytesAsync(frames[1].Path, []);

        Assert.NotNull(await render.RenderAsync(TimelapsePlan.Make([frames], new TimelapseRecipe()).Value));
        Assert.Equal("yesterday's", await File.ReadAllTextAsync(render.Output));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(120)]
    public async Task A_full_disk_is_told_with_its_path_and_nothing_is_left(int kibibytes)
    {
        var small = Directory.CreateDirectory(render.Media.PathOf("small")).FullName;
        Assert.SkipUnless(await MountAsync("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", small), "Mounting a small tmpfs is not permitted here.");
        try
        {
            var frames = await render.MovingAsync("m", 60, 640, 480);
            var plan = TimelapsePlan.Make([frames], new TimelapseRecipe()).Value;
            var failure = await new TimelapseRenderer(render.Media.Tools).RenderAsync(plan, Path.Combine(small, "out.mp4"), null, TestContext.Current.CancellationToken);

            Assert.Equal((FailureKind.Resource, "disk_full"), (failure?.Kind, failure?.Code));
            Assert.Contains(Path.Combine(small, "out.mp4"), failure!.Message);
            Assert.Empty(Directory.GetFileSystemEntries(small));
            render.AssertNothingLeft();
        }
        finally
        {
            Assert.True(await MountAsync("umount", small));
        }
    }

    private static async Task<bool> MountAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static IEnumerable<string> ProcessesWith(string folder) =>
        Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(d =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(d, "cmdline"));
            }
            catch (IOException)
            {
                return "";
            }
        }).Where(c => c.Contains(folder, StringComparison.Ordinal));

    private async Task NamesAsync(IReadOnlyList<FrameFile> frames, string path, string why)
    {
        var failure = await render.RenderAsync(TimelapsePlan.Make([frames], new TimelapseRecipe()).Value);

        Assert.Contains(failure?.Kind, new FailureKind?[] { FailureKind.BadInput, FailureKind.NotFound });
        Assert.Contains(path, failure!.Message);
        Assert.Contains(why, failure.Message);
        render.AssertNothingLeft();
    }
}
