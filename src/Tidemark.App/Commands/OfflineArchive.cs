using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.App.Api;
using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Database;
using Tidemark.Sources;

namespace Tidemark.App.Commands;

/// <summary>The archive while no node runs on this data folder: held by its lock, as a node would.</summary>
internal sealed class OfflineArchive : IAsyncDisposable
{
    private readonly SqlDatabase database;
    private readonly List<FileStream> locks;

    private OfflineArchive(NodeConfig config, SqlDatabase database, List<FileStream> locks)
    {
        (this.database, this.locks) = (database, locks);
        var days = new DayStore(database);
        Slots = new SealedSlots(database, new SourceStore(database, TimeProvider.System), TimeProvider.System);
        Copy = new SecondCopy(config.Sealing.Copy is { } root ? new CopyPlace(config.Data, root) : null);
        var verifier = new Verifier(config.Data, days, new Holds(database, TimeProvider.System, NullLogger<Holds>.Instance), TimeProvider.System, NullLogger<Verifier>.Instance);
        var sealer = new Sealer(config.Data, days, TimeProvider.System, new SealOptions
        {
            After = config.Sealing.After,
            Tell = config.Sealing.Command.Count > 0,
            Slots = Slots.OfAsync,
        }, NullLogger<Sealer>.Instance);
        Work = new ArchiveWork(
            days, sealer, new Copier(config.Data, days, TimeProvider.System, NullLogger<Copier>.Instance), verifier,
            new ArchiveCheck(config.Data, days, sealer, TimeProvider.System), Copy);
        Reindex = new Reindex(config.Data, new FrameIndex(database), days, verifier);
    }

    public ArchiveWork Work { get; }

    public Reindex Reindex { get; }

    public SealedSlots Slots { get; }

    public SecondCopy Copy { get; }

    public static async Task<Result<OfflineArchive>> OpenAsync(NodeConfig config, CancellationToken cancellation)
    {
        if (config.Data.Prepare() is { } unusable)
        {
            return unusable;
        }

        if (!NodeServer.TakeFolder(config.Data, TimeProvider.System).TryGet(out var folder, out var taken))
        {
            return taken;
        }

        if (!NodeServer.TakeDatabase(config).TryGet(out var locks, out taken))
        {
            await folder.DisposeAsync();
            return taken;
        }

        locks.Add(folder);
        if (!(await SqlDatabase.OpenAsync(config.Database, TimeProvider.System, cancellation)).TryGet(out var database, out var failure))
        {
            locks.ForEach(held => held.Dispose());
            return failure;
        }

        return new OfflineArchive(config, database, locks);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        locks.ForEach(held => held.Dispose());
    }
}
