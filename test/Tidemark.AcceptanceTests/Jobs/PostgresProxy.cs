using System.Net;
using System.Net.Sockets;

namespace Tidemark.AcceptanceTests.Jobs;

/// <summary>What becomes of a COMMIT whose connection breaks.</summary>
internal enum Lost
{
    /// <summary>The server has committed, but nobody hears it.</summary>
    Answer,

    /// <summary>The server never heard of it.</summary>
    Request,
}

/// <summary>A wire between programs and PostgreSQL that does what wires do on bad days: it breaks, swallows, delays, and breaks at the very moment of a COMMIT.</summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<ProxiedConnection> connections = [];
    private readonly List<Trap> traps = [];
    private readonly Lock gate = new();
    private readonly int server;
    private readonly Task accepting;
    private TaskCompletionSource open = Opened();
    private bool cut;

    /// <param name="server">The port of PostgreSQL.</param>
    public PostgresProxy(int server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>How long each message that wants an answer takes on its way to the server.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The same database, by way of this wire.</summary>
    public string Through(string database) => new UriBuilder(database) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri.ToString();

    /// <summary>Breaks every connection, and each new one, until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        lock (gate)
        {
            cut = true;
            foreach (var connection in connections)
            {
                connection.Break();
            }
        }
    }

    /// <summary>Lets nothing through any more and says nothing of it, until <see cref="Mend"/>; then what was swallowed goes on its way.</summary>
    public void Swallow()
    {
        lock (gate)
        {
            if (open.Task.IsCompleted)
            {
                open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public void Mend()
    {
        lock (gate)
        {
            cut = false;
            open.TrySetResult();
        }
    }

    /// <summary>Breaks the connection of the next transaction of which this is true, while it commits. Once.</summary>
    /// <param name="texts">Of the statements that it commits.</param>
    /// <returns>Completes when it is done: where the answer is lost, the transaction is committed by then.</returns>
    public Task BreakCommitAsync(Lost lost, Func<IReadOnlyList<string>, bool> texts)
    {
        var trap = new Trap(lost, texts, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            traps.Add(trap);
        }

        return trap.Sprung.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Cut();
        open.TrySetResult();
        await accepting;
        stop.Dispose();
    }

    /// <summary>Completed while something gets through.</summary>
    internal Task Open
    {
        get
        {
            lock (gate)
            {
                return open.Task;
            }
        }
    }

    internal Trap? Take(IReadOnlyList<string> texts)
    {
        lock (gate)
        {
            var trap = traps.Find(trap => trap.Wants(texts));
            if (trap is not null)
            {
                traps.Remove(trap);
            }

            return trap;
        }
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.Add(RunAsync(await listener.AcceptSocketAsync(stop.Token)));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(Socket client)
    {
        using var connection = new ProxiedConnection(this, client);
        lock (gate)
        {
            if (cut)
            {
                connection.Break();
                return;
            }

            connections.Add(connection);
        }

        await connection.RunAsync(server, stop.Token);
        lock (gate)
        {
            connections.Remove(connection);
        }
    }

    /// <summary>Waits for a COMMIT.</summary>
    internal sealed record Trap(Lost Lost, Func<IReadOnlyList<string>, bool> Wants, TaskCompletionSource Sprung);
}
