using System.Diagnostics;
using System.Globalization;

namespace Tidemark.AcceptanceTests.Running;

/// <summary>Ends what tests have started when the tests themselves are killed: a process that lives as long as our end of its pipe.</summary>
internal static class Reaper
{
    private const string Script = """
        trap '' HUP INT TERM
        declare -A known
        while read -r what id; do
          case $what in
            began) known[$id]=1 ;;
            ended) unset "known[$id]" ;;
          esac
        done
        for id in "${!known[@]}"; do kill -KILL -- "-$id"; done
        """;

    private static readonly Lock Gate = new();
    private static readonly Process Process = Start();

    /// <param name="session">A process with a session, and so a group, of its own.</param>
    public static void Began(int session) => Tell("began", session);

    public static void Ended(int session) => Tell("ended", session);

    private static void Tell(string what, int session)
    {
        lock (Gate)
        {
            Process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {session}"));
            Process.StandardInput.Flush();
        }
    }

    // In a session of its own: what kills our group must not kill it.
    private static Process Start() => Process.Start(new ProcessStartInfo("/usr/bin/setsid", ["/bin/bash", "-c", Script]) { UseShellExecute = false, RedirectStandardInput = true })!;
}
