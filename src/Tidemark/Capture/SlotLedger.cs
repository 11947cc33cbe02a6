using Microsoft.Extensions.Logging;
using Tidemark.Capture.FrameFeeds;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>Writes how a source's slots ended into the journal, each once (C2).</summary>
internal sealed class SlotLedger(Journal journal, Source source, ILogger logger)
{
    // More than these in a row without a word are worked out when they are read.
    private const int MostAtOnce = 10_000;

    // What this run has written of; the clock may be set back into it.
    private (DateTimeOffset First, DateTimeOffset Last)? written;

    // Slots whose outcome the journal did not take, and why.
    private (DateTimeOffset First, string Code)? owed;

    /// <param name="slot">Null: somebody asked for the poll; that is no slot.</param>
    public Task EndedAsync(DateTimeOffset? slot, PollResult result, DateTimeOffset began, DateTimeOffset ended) => slot is { } scheduled
        ? WriteAsync(new SlotRecord(source.Id, source.Revision, scheduled, null, source.Config.EverySeconds, result.Outcome.Word(), result.Failure?.Code, began, ended, result.Captured), scheduled)
        : Task.CompletedTask;

    /// <summary>Slots from one on, and to another that is none of them, went by without a poll.</summary>
    public Task MissedAsync(DateTimeOffset first, DateTimeOffset until, string code, DateTimeOffset now)
    {
        var most = first + (source.Config.Every * MostAtOnce);
        until = until < most ? until : most;
        return WriteAsync(Missed(first, until, code, now), until.AddTicks(-1));
    }

    private SlotRecord Missed(DateTimeOffset first, DateTimeOffset until, string code, DateTimeOffset now) =>
        new(source.Id, source.Revision, first, until, source.Config.EverySeconds, Outcome.Missed.Word(), code, now, now, 0);

    private async Task WriteAsync(SlotRecord record, DateTimeOffset last)
    {
        if (written is { } done && record.Slot >= done.First && last <= done.Last)
        {
            return;
        }

        if (owed is { } debt && await journal.AppendSoonAsync(new JournalRecord(Slot: Missed(debt.First, record.Slot, debt.Code, record.Ended))) is null)
        {
            owed = null;
        }

        if (await journal.AppendSoonAsync(new JournalRecord(Slot: record)) is { } failure)
        {
            if (owed is null)
            {
                Log.SlotNotKept(logger, source.Id, failure.ToString());
            }

            owed ??= (record.Slot, failure.Code);
        }

        written = (written?.First < record.Slot ? written.Value.First : record.Slot, written?.Last > last ? written.Value.Last : last);
    }
}
