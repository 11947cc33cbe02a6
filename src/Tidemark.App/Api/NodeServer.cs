using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Console;
using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Database;
using Tidemark.Jobs;
using Tidemark.Media;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary>One running node: its parts put together, its API and page served.</summary>
public sealed class NodeServer : IAsyncDisposable
{
    // A download under way does not keep a node from stopping for longer.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ResyncEvery = TimeSpan.FromSeconds(5);

    // EWOULDBLOCK, which .NET puts into HResult where flock(2) says that another has the lock.
    private const int HeldByAnother = 11;

    private readonly WebApplication app;
    private readonly SqlDatabase database;
    private readonly List<FileStream> locks;
    private readonly NodeConfig config;

    private Task working = Task.CompletedTask;

    private NodeServer(WebApplication app, SqlDatabase database, List<FileStream> locks, NodeConfig config, Failure? databaseAway)
    {
        (this.app, this.database, this.locks, this.config, DatabaseAway) = (app, database, locks, config, databaseAway);
    }

    /// <summary>Why the database was not there when this node began: it captures what it knew, and the database catches up. Null: it was there.</summary>
    public Failure? DatabaseAway { get; }

    /// <summary>Where the page is: <c>http://127.0.0.1:8710/</c>, or the proxy's address; empty where this node serves none. Known once started.</summary>
    public string Page
    {
        get
        {
            if (!config.Roles.HasFlag(NodeRoles.Api))
            {
                return "";
            }

            if (config is { BehindProxy: true, Hosts: [var outside, ..] })
            {
                return $"https://{outside}/";
            }

            var address = app.Urls.First(url => !url.Contains("unix:", StringComparison.Ordinal));
            var uri = new Uri(address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal));
            return config.Hosts.Count > 0 && !IPAddress.IsLoopback(config.Listen.Address) ? $"{uri.Scheme}://{config.Hosts[0]}:{uri.Port}/" : uri.ToString();
        }
    }

    /// <summary>How many tasks run here now.</summary>
    public int Running => app.Services.GetRequiredService<Worker>().RunningNow.Count;

    /// <summary>Cancelled when the node, while it stops, is not to wait for running tasks any longer: it hands them back.</summary>
    public CancellationToken Hurry { get; set; }

    /// <summary>The node's parts.</summary>
    internal IServiceProvider Parts => app.Services;

    /// <summary>Takes the data folder, opens the database and puts the parts together. Nothing is served before <see cref="StartAsync"/>.</summary>
    public static async Task<Result<NodeServer>> CreateAsync(NodeConfig config, TimeProvider time, CancellationToken cancellation)
    {
        if (config.Data.Prepare() is { } unusable)
        {
            return unusable;
        }

        if (!TakeFolder(config.Data, time).TryGet(out var folderLock, out var taken))
        {
            return taken;
        }

        if (!TakeDatabase(config).TryGet(out var locks, out taken))
        {
            await folderLock.DisposeAsync();
            return taken;
        }

        locks.Add(folderLock);
        if (!(await SqlDatabase.OpenAsync(config.Database, time, cancellation)).TryGet(out var database, out var failure))
        {
            if (!CanBeginWithout(config, failure))
            {
                locks.ForEach(held => held.Dispose());
                return failure;
            }

            database = SqlDatabase.OpenLater(config.Database, time);
        }

        return new NodeServer(Build(config, database, time), database, locks, config, failure);
    }

    /// <summary>Serves, captures and works until it is disposed.</summary>
    public async Task<Failure?> StartAsync(CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
        {
            return error.InnerException is AddressInUseException || error.Message.Contains("in use", StringComparison.OrdinalIgnoreCase)
                ? new Failure(FailureKind.Conflict, "port_in_use", $"Something else listens on {config.Listen} already.", "Stop it, or choose another port: --listen 127.0.0.1:0 takes any free one.")
                : new Failure(FailureKind.Infrastructure, "cannot_listen", $"This node cannot listen on {config.Listen}: {error.Message}", "Choose another address with --listen.");
        }

        app.Services.GetRequiredService<NodeStart>().Address = Page;
        File.SetUnixFileMode(config.Data.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _ = app.Services.GetRequiredService<LiveTeller>();
        _ = app.Services.GetRequiredService<LiveJobs>();
        NodeKeeping.Start(app.Services, config);
        NodeSealing.Start(app.Services, config);
        working = await NodeWork.StartAsync(app.Services, config, away: DatabaseAway is not null, app.Lifetime.ApplicationStopping);
        // Also where nothing is captured any more: what was captured here before is not lost.
        app.Services.GetRequiredService<JournalShipper>().Start();
        if (config.Roles.HasFlag(NodeRoles.Capture))
        {
            await NodeCapture.StartAsync(app.Services, app.Lifetime.ApplicationStopping);
            await app.Services.GetRequiredService<Poller>().StartAsync(cancellation);
        }

        return null;
    }

    /// <summary>Completes when the node is asked to stop (SIGTERM, Ctrl-C).</summary>
    public Task WaitAsync(CancellationToken cancellation) => app.WaitForShutdownAsync(cancellation);

    /// <summary>A sign-in address with a token of its own, good for 30 days.</summary>
    public async Task<string> SignInAddressAsync(CancellationToken cancellation)
    {
        var token = await app.Services.GetRequiredService<TokenStore>().CreateAsync(new TokenRequest("page", ExpiresInSeconds: 30 * 86_400), cancellation);
        return $"{Page}#token={token.Token}";
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Running tasks end, or are handed back, while everything that they use is there still.
        await app.Services.GetRequiredService<Worker>().DrainAsync(Hurry);
        // The container disposes what it made, last made first: telling and capture stop before what they use.
        await app.DisposeAsync();
        await database.DisposeAsync();
        File.Delete(config.Data.Socket);
        locks.ForEach(held => held.Dispose());
    }

    // What captures, and knows what; all else of a node is of no use without its database.
    private static bool CanBeginWithout(NodeConfig config, Failure failure) =>
        failure.Code == DatabaseFailures.Away && config.Database.Dialect == Dialect.PostgreSql && config.Roles.HasFlag(NodeRoles.Capture) && Cache(config).Read() is not null;

    // No source has a name with that sign: beside it lie files that are named by sources.
    private static SourceCache Cache(NodeConfig config) => new(Path.Combine(config.Data.State, "_sources.json"), config.Database.Display);

    // SQLite is one process's: another, with a data folder of its own, would not hear what this one does.
    internal static Result<List<FileStream>> TakeDatabase(NodeConfig config)
    {
        if (config.Database.File is not { } file || Path.GetDirectoryName(file) == config.Data.Root)
        {
            return new List<FileStream>();
        }

        try
        {
            return new List<FileStream> { new(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None) };
        }
        catch (IOException error) when (error.HResult == HeldByAnother)
        {
            return new Failure(FailureKind.Conflict, "database_taken", $"Another node runs on the database {file} already.", "Several nodes need PostgreSQL; or choose another file with --set database=sqlite:PATH.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, file);
        }
    }

    internal static Result<FileStream> TakeFolder(DataFolder data, TimeProvider time)
    {
        FileStream taken;
        try
        {
            taken = new FileStream(data.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult == HeldByAnother)
        {
            return new Failure(FailureKind.Conflict, "node_running", $"A node runs on the data folder {data.Root} already.", "Stop it first, or choose another folder with --data.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskFailures.Map(error, data.Root);
        }

        try
        {
            data.Sweep(time.GetUtcNow());
            File.Delete(data.Socket);
            return taken;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            taken.Dispose();
            return DiskFailures.Map(error);
        }
    }

    private static WebApplication Build(NodeConfig config, SqlDatabase database, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddConsole(console =>
        {
            console.FormatterName = LogLines.FormName;
            // Standard output is for what 'up' answers, one document with --json.
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        builder.Services.AddSingleton<ConsoleFormatter, LogLines>();
        builder.Logging.SetMinimumLevel(config.LogLevel).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Listen(kestrel, config));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        AddParts(builder.Services, config, database, time);
        builder.Services.ConfigureHttpJsonOptions(json => ApiDescription.Strict(json.SerializerOptions));
        // Outside development the framework would answer a request it cannot read with an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1", ApiDescription.Configure);

        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = AnswerExceptionAsync, SuppressDiagnosticsCallback = _ => true });
        app.UseMiddleware<Guard>();
        app.UseStatusCodePages(answer => Problems.FromStatus(answer.HttpContext.Response.StatusCode, answer.HttpContext.Request).ExecuteAsync(answer.HttpContext));
        app.Use(RouteHeadAsGetAsync);
        app.UseRouting();
        app.Use(AnswerHeadAsync);
        app.Use(ServePageAsync);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(15) });
        MapApi(app.MapGroup("/api/v1"));
        MetricsEndpoint.Map(app);
        LinkEndpoints.MapShared(app);
        app.MapOpenApi("/api/{documentName}/openapi.json");
        return app;
    }

    // Kestrel sends no body where it has read HEAD, whatever becomes of the request's method here.
    private static Task RouteHeadAsGetAsync(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Items[nameof(HttpMethods.Head)] = true;
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    }

    private static Task AnswerHeadAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Items.ContainsKey(nameof(HttpMethods.Head)))
        {
            context.Request.Method = HttpMethods.Head;
        }

        return next(context);
    }

    // Not a route: one that matches every path would stand in for the methods that an endpoint does not take.
    private static Task ServePageAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (context.GetEndpoint() is not null || request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            return next(context);
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return context.RequestServices.GetRequiredService<PageFiles>().Serve(context).ExecuteAsync(context);
        }

        context.Response.Headers.Allow = "GET, HEAD";
        return Problems.FromStatus(StatusCodes.Status405MethodNotAllowed, request).ExecuteAsync(context);
    }

    private static void Listen(KestrelServerOptions kestrel, NodeConfig config)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1 << 20;
        if (config.Roles.HasFlag(NodeRoles.Api))
        {
            kestrel.Listen(config.Listen, options =>
            {
                if (config.Tls is { } tls)
                {
                    options.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = tls.Leaf, ServerCertificateChain = tls.Chain });
                }
            });
        }

        kestrel.ListenUnixSocket(config.Data.Socket, options => options.Use(next => connection =>
        {
            connection.Items[Guard.SocketMark] = true;
            return next(connection);
        }));
    }

    private static void AddParts(IServiceCollection services, NodeConfig config, SqlDatabase database, TimeProvider time)
    {
        services.AddSingleton(config).AddSingleton(config.Data).AddSingleton(config.Capture with { Resync = database.Dialect == Dialect.Sqlite ? null : ResyncEvery }).AddSingleton(time).AddSingleton(database);
        services.AddSingleton(new NodeStart(time.GetUtcNow())).AddSingleton(new MediaTools(config.Data.Scratch, time, config.Tools));
        services.AddSingleton(new SourceStore(database, time, database.Dialect == Dialect.PostgreSql && config.Roles.HasFlag(NodeRoles.Capture) ? Cache(config) : null)).AddSingleton<FrameIndex>().AddSingleton<FrameArchive>().AddSingleton<AssetStore>().AddSingleton<AssetLinks>();
        services.AddSingleton<Journal>().AddSingleton<SlotStore>().AddSingleton<JournalShipper>();
        services.AddSingleton(parts =>
        {
            var intake = ActivatorUtilities.CreateInstance<Intake>(parts);
            intake.Captured += ActivatorUtilities.CreateInstance<CaptureLog>(parts).Write;
            return intake;
        });
        NodeCapture.AddParts(services);
        services.AddSingleton<Poller>();
        NodeWork.AddParts(services, config, database, time);
        NodeKeeping.AddParts(services, config);
        NodeSealing.AddParts(services, config);
        services.AddSingleton<TokenStore>().AddSingleton<PageFiles>().AddSingleton<SourceShapes>().AddSingleton<SlotReader>().AddSingleton<TimelapseReading>().AddSingleton<TimelapseShapes>().AddSingleton<ScheduleShapes>();
        services.AddSingleton<LiveFeed>().AddSingleton<LiveTeller>().AddSingleton<LiveJobs>();
    }

    private static void MapApi(RouteGroupBuilder api)
    {
        NodeEndpoints.Map(Tagged("node"));
        SessionEndpoints.Map(Tagged("access"));
        SourceEndpoints.Map(Tagged("sources"));
        FrameEndpoints.Map(Tagged("frames"));
        QuarantineEndpoints.Map(Tagged("quarantine"));
        SlotEndpoints.Map(Tagged("slots"));
        TimelapseEndpoints.Map(Tagged("timelapses"));
        ScheduleEndpoints.Map(Tagged("timelapses"));
        AssetEndpoints.Map(Tagged("assets"));
        LinkEndpoints.Map(Tagged("assets"));
        JobEndpoints.Map(Tagged("jobs"));
        JobEndpoints.MapNodes(Tagged("nodes"));
        KeepingEndpoints.Map(Tagged("archive"));
        ArchiveEndpoints.Map(Tagged("archive"));
        LiveEndpoint.Map(Tagged("live"));

        RouteGroupBuilder Tagged(string tag) => api.MapGroup("").WithTags(tag);
    }

    private static async Task AnswerExceptionAsync(HttpContext context)
    {
        var error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (error is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (error is not (null or Microsoft.AspNetCore.Http.BadHttpRequestException))
        {
            // A link's address is its secret.
            var path = context.Request.Path.StartsWithSegments(LinkEndpoints.Shared, StringComparison.Ordinal) ? $"{LinkEndpoints.Shared}/…" : context.Request.Path.Value!;
            Log.RequestBroke(context.RequestServices.GetRequiredService<ILogger<NodeServer>>(), context.Request.Method, path, error);
        }

        // What broke the request has taken its headers with it.
        Guard.Harden(context.Response.Headers);
        await Problems.FromException(error).ExecuteAsync(context);
    }
}
