using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tidemark.Bench;

/// <summary>A server in a session of its own. It ends when our end of its pipe closes, however this program ends.</summary>
internal sealed class KeptServer : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    // USER_HZ: the same on every Linux that .NET runs on.
    private const double TicksASecond = 100;
    private readonly Process process;
    private readonly string log;

    private KeptServer(Process process, string log) => (this.process, this.log) = (process, log);

    /// <param name="folder">Where it runs; its log is there too.</param>
    /// <param name="environment">Added to ours.</param>
    public static KeptServer Start(string folder, string name, IReadOnlyList<string> commandLine, IReadOnlyDictionary<string, string>? environment = null)
    {
        var log = Path.Combine(folder, $"{name}.log");
        var start = new ProcessStartInfo("/usr/bin/setsid", ["/bin/sh", Places.Script("keep.sh"), folder, log, .. commandLine]) { UseShellExecute = false, RedirectStandardInput = true };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        return new KeptServer(Process.Start(start)!, log);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Task ListensAsync(int port, CancellationToken cancellation) => ReadyAsync(async () =>
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }, cancellation);

    public Task SaysAsync(string text, CancellationToken cancellation) => ReadyAsync(async () => (await LogAsync(cancellation)).Contains(text, StringComparison.Ordinal), cancellation);

    /// <summary>Processor time of the server and of all its processes, ended ones included.</summary>
    public TimeSpan Cpu()
    {
        var all = new Dictionary<int, (int Parent, long Ticks)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(folder) is { } stat)
            {
                all[id] = stat;
            }
        }

        return TimeSpan.FromSeconds(all.Where(entry => IsOurs(entry.Key)).Sum(entry => entry.Value.Ticks) / TicksASecond);

        bool IsOurs(int id)
        {
            while (id != process.Id && all.TryGetValue(id, out var stat))
            {
                id = stat.Parent;
            }

            return id == process.Id;
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private async Task ReadyAsync(Func<Task<bool>> isReady, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await isReady())
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new BenchmarkBroke($"{Path.GetFileNameWithoutExtension(log)} did not start: {(await LogAsync(cancellation)).Trim()}");
            }

            await Task.Delay(Step, TimeProvider.System, cancellation);
        }
    }

    private async Task<string> LogAsync(CancellationToken cancellation)
    {
        if (!File.Exists(log))
        {
            return "";
        }

        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return await reader.ReadToEndAsync(cancellation);
    }

    // Fields by number as in proc(5); the name before them may hold spaces and parentheses.
    private static (int Parent, long Ticks)? Stat(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
