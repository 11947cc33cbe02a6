using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Archive;
using Tidemark.Capture;

namespace Tidemark.Tests.Archive;

/// <summary>Killed, or without power, at every write, sync, link, rename and removal: the next run makes it whole.</summary>
public sealed class EveryStepTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_step_of_sealing_the_next_look_makes_the_day_whole(bool powerLost)
    {
        var steps = await AtEveryStepAsync(
            rig => rig.StoreAsync(1, 2),
            rig => rig.Sealer.SealAsync("harbour", SealRig.Day, null, Cancellation),
            async rig =>
            {
                await rig.SealAsync();
                await rig.AssertWholeAsync(1, 1, 2);
            },
            powerLost);
        Assert.InRange(steps, 12, 40);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_step_of_a_late_revision_the_next_look_makes_the_day_whole(bool powerLost)
    {
        await AtEveryStepAsync(
            async rig =>
            {
                await rig.StoreAsync(1, 3);
                await rig.SealAsync();
                await rig.StoreAsync(2);
            },
            rig => rig.Sealer.SealAsync("harbour", SealRig.Day, null, Cancellation),
            async rig =>
            {
                await rig.SealAsync();
                await rig.AssertWholeAsync(2, 1, 2, 3);
                Assert.True(File.Exists(rig.Place["manifest.1.json"]));
            },
            powerLost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_step_of_storing_a_row_has_its_whole_file_and_the_frame_can_be_stored_again(bool powerLost)
    {
        var steps = await AtEveryStepAsync(
            rig => rig.StoreAsync(1),
            rig => rig.StoreAsync(2),
            async rig =>
            {
                foreach (var frame in await rig.FramesAsync())
                {
                    Assert.Equal(frame.Sha256.ToArray(), SHA256.HashData(await File.ReadAllBytesAsync(rig.Folder.FramePath(frame.Source, frame.Time), Cancellation)));
                }

                var path = rig.Folder.FramePath("harbour", SealRig.Day.AddMinutes(2));
                if (!File.Exists(path))
                {
                    await rig.StoreAsync(2);
                }

                // A file that a crash left without a row is found by its seal.
                await rig.SealAsync();
                await rig.AssertWholeAsync(1, 1, 2);
            },
            powerLost);
        Assert.InRange(steps, 5, 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_any_step_of_putting_into_quarantine_the_file_is_there_whole_noted_and_listed_once(bool powerLost)
    {
        byte[] page = [.. "<!DOCTYPE html>"u8];
        var steps = await AtEveryStepAsync(
            _ => Task.CompletedTask,
            async rig =>
            {
                await using var quarantine = Make(rig);
                await CheckAsync(rig, quarantine);
            },
            async rig =>
            {
                await using var quarantine = Make(rig);
                quarantine.CatchUp(Cancellation);
                await CheckAsync(rig, quarantine);
                await quarantine.NotedAsync();
                var entry = Assert.Single(await new QuarantineStore(rig.Database).ListAsync(null, null, 9, Cancellation));
                Assert.Equal("not_jpeg", entry.Code);
                Assert.Equal(page, await File.ReadAllBytesAsync(quarantine.PathOf(entry.Source, entry.File)!, Cancellation));
                Assert.Equal([entry.File, Path.ChangeExtension(entry.File, ".note.json")], Directory.EnumerateFiles(Path.Combine(rig.Folder.Quarantine, "harbour")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            },
            powerLost);
        Assert.InRange(steps, 8, 20);

        static Quarantine Make(SealRig rig) => new(rig.Folder, new QuarantineStore(rig.Database), rig.Time, NullLogger<Quarantine>.Instance);

        async Task CheckAsync(SealRig rig, Quarantine quarantine)
        {
            var incoming = Path.Combine(rig.Folder.Incoming, "1.part");
            DurableFile.Write(incoming, page);
            Assert.Equal("not_jpeg", (await quarantine.CheckAsync("harbour", new Tidemark.Capture.Picture(SealRig.Day, null, incoming), Cancellation))?.Code);
        }
    }

    private sealed class Killed : Exception;

    private static async Task<int> AtEveryStepAsync(Func<SealRig, Task> before, Func<SealRig, Task> act, Func<SealRig, Task> after, bool powerLost)
    {
        for (var k = 1; ; k++)
        {
            await using var rig = await SealRig.MakeAsync();
            await before(rig);
            var disk = new LossyDisk(rig.Folder.Root);
            var (step, died) = (0, false);
            await Task.Run(async () =>
            {
                DurableFile.Watch.Value = (what, path, from) =>
                {
                    if (++step >= k)
                    {
                        throw new Killed();
                    }

                    disk.Note(what, path, from);
                };
                try
                {
                    await act(rig);
                }
                catch (Killed)
                {
                    died = true;
                }
            }, Cancellation);
            if (!powerLost)
            {
                await rig.RestartAsync();
                await after(rig);
            }
            else
            {
                await rig.Database.DisposeAsync();
                using var other = new TempFolder();
                disk.LeaveTo(other["data"]);
                await using var restarted = await SealRig.MakeAsync(other["data"]);
                await after(restarted);
            }

            if (!died)
            {
                return k - 1;
            }
        }
    }
}
