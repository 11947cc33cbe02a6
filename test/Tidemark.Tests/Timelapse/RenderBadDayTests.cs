using System.Diagnostics;
using Tidemark.Media;
using Tidemark.Tests.Media;
using Tidemark.Timelapse;

namespace Tidemark.Tests.Timelapse;

/// <summary>Real ffmpeg: what is left when it goes wrong.</summary>
public sealed class RenderBadDayTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

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
        MediaFixture.Damage(frames[2].Path);
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

    [Theory]
    [InlineData(MissingFrames.Hold, true)]
    [InlineData(MissingFrames.Slate, false)]
    public async Task A_frame_damaged_inside_is_named_where_frames_are_made_alike(MissingFrames missing, bool mixed)
    {
        var frames = (await render.MovingAsync("m", 3, 320, 240)).Take(mixed ? 3 : 0).ToList();
        foreach (var frame in await render.MovingAsync("night", 3, 320, 240))
        {
            await render.Media.RunAsync(MediaTool.Jpegtran, "-grayscale", "-outfile", frame.Path + ".grey", frame.Path);
            frames.Add(frame with { Path = frame.Path + ".grey", Time = frame.Time.AddHours(1) });
        }

        MediaFixture.Damage(frames[^2].Path);
        var unusable = new UnusableFrames();
        var instants = Enumerable.Range(0, 64).Select(minute => Start.AddMinutes(minute)).ToList();
        var failure = await RenderAsync(TimelapsePlan.Make([frames], new TimelapseRecipe { Missing = missing }, null, instants).Value, unusable);

        Assert.Contains(frames[^2].Path, failure!.Message);
        Assert.Equal(failure, Assert.Single(unusable.Reasons));
        frames.RemoveAt(frames.Count - 2);
        Assert.Null(await RenderAsync(TimelapsePlan.Make([frames], new TimelapseRecipe { Missing = missing }, null, instants).Value, unusable));
    }

    [Fact]
    public async Task All_frames_that_cannot_be_used_are_found_in_two_attempts()
    {
        var (frames, other) = (await render.MovingAsync("m", 40, 320, 240), await render.MovingAsync("n", 40, 320, 240));
        File.Delete(other[38].Path);
        for (var number = 0; number < 36; number++)
        {
            if (number % 3 == 0)
            {
                await File.WriteAllBytesAsync(frames[number].Path, (await File.ReadAllBytesAsync(frames[number].Path))[..1500]);
            }
            else
            {
                // More than a half of those that are left, the first among them.
                MediaFixture.Damage(frames[number].Path, 0.3);
                MediaFixture.Damage(frames[number].Path, 0.6);
            }
        }

        var unusable = new UnusableFrames();
        Task<Failure?> TryAsync() => RenderAsync(
            TimelapsePlan.Make([.. new[] { frames, other }.Select(source => source.FindAll(frame => !unusable.Contains(frame)))], new TimelapseRecipe { Layout = TimelapseLayout.Pair }).Value, unusable);

        Assert.Equal("frame_unusable", (await TryAsync())?.Code);
        Assert.Equal(13, unusable.Reasons.Count);
        Assert.Equal("frame_unusable", (await TryAsync())?.Code);
        Assert.Equal(37, unusable.Reasons.Count);
        Assert.Null(await TryAsync());
    }

    [Fact]
    public async Task Damage_beside_a_crop_costs_nothing_even_where_another_frame_is_damaged_in_it()
    {
        var frames = await render.MovingAsync("m", 5, 320, 240);
        MediaFixture.Damage(frames[1].Path, 0.7);
        MediaFixture.Damage(frames[3].Path, 0.2);
        var recipe = new TimelapseRecipe { Crops = [new Crop(320, 96, 0, 0)] };
        var unusable = new UnusableFrames();

        Assert.Contains(frames[3].Path, (await RenderAsync(TimelapsePlan.Make([frames], recipe).Value, unusable))!.Message);
        Assert.Single(unusable.Reasons);
        Assert.Null(await RenderAsync(TimelapsePlan.Make([[.. frames.Where(frame => !unusable.Contains(frame))]], recipe).Value, unusable));
    }

    [Fact]
    public async Task Walking_many_frames_is_heard()
    {
        var (frames, heard) = (await render.MovingAsync("m", 200), 0);
        await File.WriteAllBytesAsync(frames[^1].Path, []);
        await render.RenderAsync(TimelapsePlan.Make([frames], new TimelapseRecipe()).Value, new Listener<TimelapseProgress>(_ => heard++));

        Assert.InRange(heard, 5, 200);
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

    private Task<Failure?> RenderAsync(TimelapsePlan plan, UnusableFrames unusable) =>
        new TimelapseRenderer(render.Media.Tools).RenderAsync(plan, render.Output, unusable, null, TestContext.Current.CancellationToken);

    private async Task NamesAsync(IReadOnlyList<FrameFile> frames, string path, string why)
    {
        var failure = await render.RenderAsync(TimelapsePlan.Make([frames], new TimelapseRecipe()).Value);

        Assert.Contains(failure?.Kind, new FailureKind?[] { FailureKind.BadInput, FailureKind.NotFound });
        Assert.Contains(path, failure!.Message);
        Assert.Contains(why, failure.Message);
        render.AssertNothingLeft();
    }
}
