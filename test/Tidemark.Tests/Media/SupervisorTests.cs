using System.Diagnostics;
using Tidemark.Media;

namespace Tidemark.Tests.Media;

/// <summary>M2: whatever becomes of us, no tool is left.</summary>
public sealed class SupervisorTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly MediaFixture media = new();

    public void Dispose() => media.Dispose();

    [Fact]
    public async Task A_status_comes_through()
    {
        Assert.Equal(0, (await RunAsync("exit 0")).Value.Status);
        Assert.Equal(7, (await RunAsync("exit 7")).Value.Status);
        Assert.Equal((137, 9), ((await RunAsync("kill -KILL $$")).Value.Status, (await RunAsync("kill -KILL $$")).Value.Signal));
    }

    [Fact]
    public async Task Arguments_are_never_read_by_a_shell()
    {
        string[] hostile = ["$(touch hacked)", "`touch hacked`", "; touch hacked", "a b", "", "*", "--help", "\"'\\"];
        var lines = new List<string>();
        var run = await Tool.RunAsync(new ToolCommand("/usr/bin/printf", ["%s\n", .. hostile], media.Folder), TimeProvider.System, Keep(lines), TestContext.Current.CancellationToken);

        Assert.Equal(0, run.Value.Status);
        Assert.Equal(hostile, lines);
        Assert.False(File.Exists(media.PathOf("hacked")));
    }

    [Fact]
    public async Task A_tool_sees_none_of_our_environment_but_its_path()
    {
        var lines = new List<string>();
        await Tool.RunAsync(new ToolCommand("/usr/bin/env", [], media.Folder), TimeProvider.System, Keep(lines), TestContext.Current.CancellationToken);

        Assert.Equal(["HOME", "LANG", "PATH", "PWD", "TMPDIR"], lines.Select(l => l.Split('=')[0]).Except(["OLDPWD", "_"]).Order());
        Assert.Contains($"HOME={media.Folder}", lines);
    }

    [Fact]
    public async Task A_tool_makes_way_for_whatever_is_on_the_clock()
    {
        var lines = new List<string>();
        await Tool.RunAsync(new ToolCommand("/usr/bin/nice", [], media.Folder), TimeProvider.System, Keep(lines), TestContext.Current.CancellationToken);

        // After the name in parentheses, which may hold spaces, from the state on: proc(5).
        var ours = (await File.ReadAllTextAsync("/proc/self/stat", TestContext.Current.CancellationToken)).Split(')')[^1].Split(' ')[17];
        Assert.Equal([$"{Math.Min(19, int.Parse(ours) + 10)}"], lines);
    }

    [Fact]
    public async Task Cancelling_kills_the_tool_and_its_children_and_is_a_value()
    {
        using var stop = new CancellationTokenSource();
        var run = Tool.RunAsync(Family(), TimeProvider.System, null, stop.Token);
        var pids = await FamilyAsync();
        await stop.CancelAsync();

        Assert.Equal(FailureKind.Cancelled, (await run.WaitAsync(Soon, TimeProvider.System)).Failure?.Kind);
        await GoneAsync(pids, within: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Killing_the_process_that_holds_the_lifeline_leaves_nothing()
    {
        // A process of its own holds the supervisor's standard input, as a node does, and is killed without warning.
        const string Holder = """mkfifo line; "$@" <line & exec 9>line; wait""";
        using var holder = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Holder, "holder", "/bin/sh", .. Supervisor.Arguments(Family())]) { WorkingDirectory = media.Folder })!;
        var pids = await FamilyAsync();
        var supervisor = Parent(pids[0]);
        holder.Kill();

        await GoneAsync([.. pids, supervisor], within: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Killing_the_supervisor_itself_leaves_nothing()
    {
        var run = Tool.RunAsync(Family(), TimeProvider.System, null, TestContext.Current.CancellationToken);
        var pids = await FamilyAsync();
        Process.GetProcessById(Parent(pids[0])).Kill();

        Assert.Equal(9, (await run.WaitAsync(Soon, TimeProvider.System)).Value.Signal);
        await GoneAsync(pids, within: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_tool_that_ends_takes_the_children_it_left_with_it()
    {
        var run = await RunAsync("sleep 600 </dev/null >/dev/null 2>&1 & echo $! >child");

        Assert.Equal(0, run.Value.Status);
        await GoneAsync([int.Parse(await File.ReadAllTextAsync(media.PathOf("child")))], within: TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task No_zombies_stay_behind()
    {
        for (var i = 0; i < 5; i++)
        {
            await RunAsync("exit 0");
        }

        var zombies = Directory.GetDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), out var pid) ? Stat(pid) : null)
            .Where(s => s is { State: 'Z', Name: "sh" } && s.Parent == Environment.ProcessId);
        Assert.Empty(zombies);
    }

    [Fact]
    public async Task A_tool_that_makes_no_progress_is_killed()
    {
        var command = new ToolCommand("/bin/sh", ["-c", "while :; do echo still; sleep 0.01; done"], media.Folder) { Limits = new ToolLimits { Stall = TimeSpan.FromMilliseconds(200) } };
        var run = await Tool.RunAsync(command, TimeProvider.System, _ => false, TestContext.Current.CancellationToken).WaitAsync(Soon, TimeProvider.System);

        Assert.Equal(FailureKind.Stalled, run.Failure?.Kind);
    }

    [Fact]
    public async Task A_tool_that_takes_too_long_is_killed_however_lively_it_is()
    {
        var command = new ToolCommand("/bin/sh", ["-c", "while :; do echo on; sleep 0.01; done"], media.Folder) { Limits = new ToolLimits { WallTime = TimeSpan.FromMilliseconds(300) } };
        var run = await Tool.RunAsync(command, TimeProvider.System, null, TestContext.Current.CancellationToken).WaitAsync(Soon, TimeProvider.System);

        Assert.Equal((FailureKind.Resource, "wall_time"), (run.Failure?.Kind, run.Failure?.Code));
    }

    [Fact]
    public async Task Processor_time_file_size_and_memory_are_limited()
    {
        var limits = new ToolLimits { CpuTime = TimeSpan.FromSeconds(1), FileBytes = 4096, AddressSpaceBytes = 512L << 20 };
        Assert.Equal(24, (await RunAsync("while :; do :; done", limits)).Value.Signal);
        Assert.Equal(25, (await RunAsync("exec head -c 100000 /dev/zero >big", limits)).Value.Signal);
        Assert.Equal("524288", (await SaidAsync("ulimit -v", limits)).Single());
    }

    [Fact]
    public async Task Only_the_end_of_an_endless_complaint_is_kept()
    {
        var run = await RunAsync("head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo last words >&2");

        Assert.EndsWith("last words\n", run.Value.StandardError);
        Assert.Equal(64 * 1024, run.Value.StandardError.Length);
    }

    [Fact]
    public async Task A_program_that_is_not_there_says_so()
    {
        var run = await Tool.RunAsync(new ToolCommand("/nowhere/ffmpeg", [], media.Folder), TimeProvider.System, null, TestContext.Current.CancellationToken);

        Assert.Equal((FailureKind.Infrastructure, "tool_not_started"), (run.Failure?.Kind, run.Failure?.Code));
    }

    [Fact]
    public async Task A_listener_that_throws_leaves_no_tool_running()
    {
        var pids = Array.Empty<int>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Tool.RunAsync(
            new ToolCommand("/bin/sh", ["-c", "echo $$; exec sleep 600"], media.Folder), TimeProvider.System,
            line => { pids = [int.Parse(line)]; throw new InvalidOperationException("bug"); }, TestContext.Current.CancellationToken));
        await GoneAsync(pids, within: TimeSpan.FromSeconds(1));
    }

    /// <summary>A tool with a child and a grandchild, which write down their ids.</summary>
    private ToolCommand Family() => new("/bin/sh", ["-c", "sh -c 'sleep 600 & echo $! >>ids; wait' & echo $! >>ids; echo $$ >>ids; wait"], media.Folder);

    private async Task<int[]> FamilyAsync()
    {
        var ids = media.PathOf("ids");
        await Until.TrueAsync(() => File.Exists(ids) && File.ReadAllText(ids).Count(c => c == '\n') == 3, Soon);
        // The tool itself is the one whose session is its own.
        return [.. File.ReadAllLines(ids).Select(int.Parse).OrderByDescending(p => Stat(p)?.Session == p)];
    }

    private static Task GoneAsync(IReadOnlyList<int> pids, TimeSpan within) =>
        // A zombie whose parent was killed waits for the machine's init only: it runs no more.
        Until.TrueAsync(() => pids.All(p => Stat(p) is null or { State: 'Z' or 'X', Parent: 1 }), within);

    private static int Parent(int pid) => Stat(pid)!.Parent;

    private static ProcessStat? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessStat(text[(text.IndexOf('(') + 1)..text.LastIndexOf(')')], fields[0][0], int.Parse(fields[1]), int.Parse(fields[3]));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static Func<string, bool> Keep(List<string> lines) => line => { lines.Add(line); return true; };

    private Task<Result<ToolRun>> RunAsync(string script, ToolLimits? limits = null) =>
        Tool.RunAsync(new ToolCommand("/bin/sh", ["-c", script], media.Folder) { Limits = limits ?? ToolLimits.Brief }, TimeProvider.System, null, TestContext.Current.CancellationToken);

    private async Task<List<string>> SaidAsync(string script, ToolLimits limits)
    {
        var lines = new List<string>();
        await Tool.RunAsync(new ToolCommand("/bin/sh", ["-c", script], media.Folder) { Limits = limits }, TimeProvider.System, Keep(lines), TestContext.Current.CancellationToken);
        return lines;
    }

    private sealed record ProcessStat(string Name, char State, int Parent, int Session);
}
