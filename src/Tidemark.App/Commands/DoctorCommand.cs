using System.CommandLine;
using System.Text.Json.Serialization;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Database;
using Tidemark.Media;

namespace Tidemark.App.Commands;

/// <param name="Ok">True: a node can run; where there is a mend all the same, it is a warning.</param>
/// <param name="Mend">What to do; null where nothing.</param>
public sealed record DoctorFinding(string What, bool Ok, string Message, string? Mend);

public sealed record DoctorShape(bool Ok, IReadOnlyList<DoctorFinding> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorShape))]
internal sealed partial class DoctorJson : JsonSerializerContext;

/// <summary>Looks at everything that a node needs on this machine, each with its mend.</summary>
internal static class DoctorCommand
{
    private const long LittleSpace = 2L << 30;
    private static readonly DateTimeOffset ReleasedAfter = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static Command Make()
    {
        var command = new Command("doctor", "Looks at what a node needs on this machine: tools, data folder, disk, database, page, clock, node");
        command.SetAction(async (parsed, cancellation) =>
        {
            var output = GlobalOptions.Output(parsed);
            var findings = await LookAsync(GlobalOptions.ReadConfig(parsed), cancellation);
            var shape = new DoctorShape(findings.All(finding => finding.Ok), findings);
            output.Result(shape, DoctorJson.Default.DoctorShape, words =>
            {
                foreach (var finding in findings)
                {
                    words.Line($"{(finding.Ok ? finding.Mend is null ? "✓" : "!" : "✗")} {finding.What,-14} {finding.Message}");
                    if (finding.Mend is not null)
                    {
                        words.Line($"{"",16} → {finding.Mend}");
                    }
                }
            });
            return shape.Ok ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<List<DoctorFinding>> LookAsync(ConfigReading reading, CancellationToken cancellation)
    {
        var findings = new List<DoctorFinding>();
        if (reading.Config is not { } config)
        {
            findings.AddRange(reading.Faults.Select(fault => new DoctorFinding("configuration", false, fault.ToString(), "See docs/configuration.md.")));
            return findings;
        }

        findings.Add(new DoctorFinding("configuration", true, reading.File ?? "no file; defaults, environment and flags", null));
        var tools = new MediaTools(Path.Combine(Path.GetTempPath(), $"tidemark-doctor-{Environment.ProcessId}"), TimeProvider.System, config.Tools);
        foreach (var tool in Enum.GetValues<MediaTool>())
        {
            var version = await tools.VersionAsync(tool, cancellation);
            findings.Add(version.TryGet(out var text, out var failure)
                ? new DoctorFinding(tool.ToString().ToLowerInvariant(), true, text, null)
                : new DoctorFinding(tool.ToString().ToLowerInvariant(), false, failure.Message, failure.Mend));
        }

        if (Directory.Exists(tools.ScratchRoot))
        {
            Directory.Delete(tools.ScratchRoot, recursive: true);
        }

        findings.Add(DataFolder(config));
        var temporary = Archive.TemporaryFolder.Warning(config.Data.Archive);
        findings.Add(new DoctorFinding("archive", true, temporary?.Message ?? config.Data.Archive, temporary?.Mend));
        findings.Add(Disk(config));
        findings.Add(await DatabaseAsync(config, cancellation));
        findings.Add(new PageFiles().Present
            ? new DoctorFinding("page", true, "built in", null)
            : new DoctorFinding("page", false, "This program was built without its page.", "./tidemark setup"));
        findings.Add(Clock());
        findings.Add(await NodeAsync(config, cancellation));
        return findings;
    }

    private static DoctorFinding DataFolder(NodeConfig config)
    {
        var root = config.Data.Root;
        try
        {
            var existing = root;
            while (!Directory.Exists(existing))
            {
                if (File.Exists(existing))
                {
                    return new DoctorFinding("data folder", false, $"{root} cannot be one: {existing} is a file.", "Name a folder with --data; it is made when it is not there.");
                }

                existing = Path.GetDirectoryName(existing)!;
            }

            var probe = Path.Combine(existing, $".tidemark-doctor-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            if (config.Data.OpenToOthers is { } mode)
            {
                return new DoctorFinding("data folder", false, $"Other users of this machine may enter {root} (its mode is {mode}).", $"chmod 700 {root}");
            }

            return new DoctorFinding("data folder", true, existing == root ? root : $"{root} (will be made)", null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new DoctorFinding("data folder", false, $"{root} cannot be written to: {error.Message}", error is DirectoryNotFoundException
                ? "Choose another folder with --data: no files can be made there."
                : $"Give this user the right (sudo chown {Environment.UserName} {root}), or choose another folder with --data.");
        }
    }

    private static DoctorFinding Disk(NodeConfig config)
    {
        var drive = DriveInfo.GetDrives().Where(drive => drive.IsReady && config.Data.Root.StartsWith(drive.Name, StringComparison.Ordinal)).MaxBy(drive => drive.Name.Length);
        if (drive is null)
        {
            return new DoctorFinding("disk", true, "unknown", null);
        }

        var message = $"{Units.Size(drive.AvailableFreeSpace)} of {Units.Size(drive.TotalSize)} free on {drive.Name}";
        return drive.AvailableFreeSpace < LittleSpace
            ? new DoctorFinding("disk", false, message, "Free some space, or put the data folder on another disk with --data.")
            : new DoctorFinding("disk", true, message, null);
    }

    private static async Task<DoctorFinding> DatabaseAsync(NodeConfig config, CancellationToken cancellation)
    {
        var looked = await SqlDatabase.LookAsync(config.Database, cancellation);
        return looked.TryGet(out var there, out var failure)
            ? new DoctorFinding("database", true, there ? config.Database.Display : $"{config.Database.Display} (will be made)", null)
            : new DoctorFinding("database", false, failure.Message, failure.Mend);
    }

    private static DoctorFinding Clock()
    {
        var now = TimeProvider.System.GetUtcNow();
        return now < ReleasedAfter
            ? new DoctorFinding("clock", false, $"It says {Time.Rfc3339.Format(now)}, which is before this program was made.", "Set it: timedatectl set-ntp true")
            : new DoctorFinding("clock", true, Time.Rfc3339.Format(now), null);
    }

    private static async Task<DoctorFinding> NodeAsync(NodeConfig config, CancellationToken cancellation)
    {
        using var client = NodeClient.OnSocket(config.Data.Socket);
        return (await client.GetAsync("api/v1/node", ApiJson.Default.NodeShape, cancellation)).TryGet(out var node, out _)
            ? new DoctorFinding("node", true, $"version {node.Version} runs on this data folder since {Time.Rfc3339.Format(node.StartedAt)}, page at {node.Address}", null)
            : new DoctorFinding("node", true, "none runs on this data folder (start one with: tidemark up)", null);
    }
}
