using System.Diagnostics;

namespace Tidemark.Media;

/// <summary>
/// The constant script between us and a tool (design/media.md, M2). Its standard input is a pipe that only we hold open:
/// whatever becomes of us, its end reaches the watcher, which kills the tool's whole process group.
/// Nothing from outside is ever part of the script; it comes as arguments and is used as <c>"$@"</c> (M1).
/// </summary>
internal static class Supervisor
{
    // - setsid: own session and group, so that one kill reaches the tool and its children, and Ctrl-C in our terminal does not.
    // - nice: capture is on the clock, and a page is waited for; an encode is not. They share the processors.
    // - pdeathsig: takes the tool with the shell where somebody kills that one.
    // - cpu has a soft limit, which says why (SIGXCPU), and five seconds later a hard one.
    // - The first traps are reset in children, so that the tool does not inherit them; the second set keeps a Ctrl-C meant for
    //   us from taking shell or watcher before we have decided.
    // - The tool first, its group second: before it has called setsid there is no group yet.
    // - 2>/dev/null from there on: the shell would print "Killed" between the tool's own lines.
    // - What is left of the group when the tool has ended is killed too; the watcher is reaped, so that no zombie stays.
    internal const string Script = """
        as=$1 cpu=$2 fsize=$3
        shift 3
        exec 3<&0 </dev/null
        trap : HUP INT QUIT TERM
        setsid nice -n 10 prlimit "--as=$as" "--cpu=$cpu:$((cpu + 5))" "--fsize=$fsize" --core=0 \
          setpriv --pdeathsig KILL --no-new-privs -- "$@" 3<&- &
        tool=$!
        trap '' HUP INT QUIT TERM
        exec 2>/dev/null
        { read -r _ <&3; kill -KILL "$tool" "-$tool"; } >/dev/null &
        watcher=$!
        exec 3<&- >/dev/null
        wait "$tool"
        status=$?
        kill -KILL "$watcher" "-$tool"
        wait "$watcher"
        exit "$status"
        """;

    /// <summary>What <c>/bin/sh</c> is given to run the command.</summary>
    internal static IReadOnlyList<string> Arguments(ToolCommand command) =>
    [
        "-c", Script, "supervisor",
        $"{command.Limits.AddressSpaceBytes}",
        $"{Math.Max(1, (long)command.Limits.CpuTime.TotalSeconds)}",
        $"{command.Limits.FileBytes}",
        command.Path,
        .. command.Arguments,
    ];

    /// <summary>The tool sees nothing of our environment but PATH: FFREPORT alone would let it write anywhere.</summary>
    internal static ProcessStartInfo StartInfo(ToolCommand command)
    {
        var start = new ProcessStartInfo("/bin/sh", Arguments(command))
        {
            WorkingDirectory = command.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = string.IsNullOrEmpty(path) ? "/usr/local/bin:/usr/bin:/bin" : path;
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["HOME"] = command.Folder;
        start.Environment["TMPDIR"] = command.Folder;
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
