using System.Diagnostics;
using Tidemark.App.Config;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Jobs;
using Tidemark.Sources;

namespace Tidemark.App.Api;

/// <summary><c>GET /metrics</c> for Prometheus; a token as everywhere, or the Unix socket.</summary>
public static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, AnswerAsync).ExcludeFromDescription();

    private static async Task<IResult> AnswerAsync(NodeParts parts, CancellationToken cancellation) => Results.Text(await parts.WriteAsync(cancellation), MetricsText.ContentType);

    /// <summary>What the metrics are made of.</summary>
    public sealed class NodeParts(NodeConfig config, NodeStart start, CaptureCounts capture, FrameIndex frames, SourceStore sources, Poller poller, JournalShipper shipper, JobQueries jobs, JobEnds ends, DiskWatch disk)
    {
        public async Task<string> WriteAsync(CancellationToken cancellation)
        {
            var metrics = new MetricsText();
            metrics.Gauge("tidemark_build_info", "The release, as a label; always 1.", [([("version", NodeEndpoints.Version)], 1)]);
            metrics.Gauge("tidemark_start_time_seconds", "When this node began, in seconds since 1970.", start.At.ToUnixTimeMilliseconds() / 1000.0);
            WriteCapture(metrics);
            WriteDisk(metrics);
            WriteProcess(metrics);
            try
            {
                await WriteRowsAsync(metrics, cancellation);
                metrics.Gauge("tidemark_database_up", "1 where the database answers, else 0; without it what comes from its rows is missing here.", 1);
            }
            catch (Exception error) when (error is System.Data.Common.DbException or System.Net.Sockets.SocketException or TimeoutException)
            {
                metrics.Gauge("tidemark_database_up", "1 where the database answers, else 0; without it what comes from its rows is missing here.", 0);
            }

            return metrics.ToString();
        }

        private void WriteCapture(MetricsText metrics)
        {
            metrics.Counter("tidemark_polls_total", "Polls that have ended on this node since it began, by outcome.", capture.Outcomes.Select(one => (Labels("outcome", one.Outcome.Word()), (double)one.Polls)));
            metrics.Counter("tidemark_frames_total", "Frames captured on this node since it began.", capture.Frames);
            metrics.Counter("tidemark_frame_bytes_total", "Bytes of frames captured on this node since it began.", capture.Bytes);
            var (delays, seconds) = poller.StartDelays.Read();
            metrics.Histogram("tidemark_poll_start_delay_seconds", "How long after their slots polls began on this node.", StartDelays.Bounds, delays, seconds);
            metrics.Gauge("tidemark_journal_backlog_records", "Records in this node's journal that are not surely in the database yet; slots are shipped once a minute.", shipper.Backlog);
            metrics.Gauge("tidemark_journal_backlog_age_seconds", "How long ago all of this node's journal was in the database; 0 where it is.", shipper.BacklogAge.TotalSeconds);
            metrics.Gauge("tidemark_source_last_success_time_seconds", "When a source last answered as it should, in seconds since 1970.",
                capture.Successes.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (Labels("source", one.Key), one.Value.ToUnixTimeMilliseconds() / 1000.0)));
        }

        private void WriteDisk(MetricsText metrics)
        {
            var places = (Place: new[] { "data", "archive" }, Space: new[] { DiskSpace.Of(config.Data.Root), DiskSpace.Of(config.Data.Archive) });
            metrics.Gauge("tidemark_disk_free_bytes", "Free on the file system of the data folder and of the archive.", places.Place.Zip(places.Space, (place, space) => (Labels("place", place), (double)space.Free)));
            metrics.Gauge("tidemark_disk_size_bytes", "Size of these file systems.", places.Place.Zip(places.Space, (place, space) => (Labels("place", place), (double)space.Total)));
            metrics.Gauge("tidemark_disk_level", "What has stopped because the disk fills: 0 nothing, 1 what can wait, 2 new frames too, 3 all but the journal.", (double)disk.Level);
        }

        private static void WriteProcess(MetricsText metrics)
        {
            using var process = Process.GetCurrentProcess();
            metrics.Counter("process_cpu_seconds_total", "Processor time of this process.", process.TotalProcessorTime.TotalSeconds);
            metrics.Gauge("process_resident_memory_bytes", "Resident memory of this process.", process.WorkingSet64);
        }

        private async Task WriteRowsAsync(MetricsText metrics, CancellationToken cancellation)
        {
            var totals = (await frames.TotalsAsync(cancellation)).OrderBy(one => one.Key, StringComparer.Ordinal).ToList();
            var statuses = await sources.StatusesAsync(cancellation);
            var failures = (await sources.ListAsync(cancellation)).Select(source => (source.Id, Status: poller.StatusOf(source.Id) ?? statuses.GetValueOrDefault(source.Id))).ToList();
            var unfinished = await jobs.UnfinishedAsync(cancellation);
            var ended = await ends.ReadAsync(cancellation);
            metrics.Gauge("tidemark_source_failures", "Polls in a row that brought nothing usable.", failures.Select(one => (Labels("source", one.Id), (double)(one.Status?.Failures ?? 0))));
            metrics.Gauge("tidemark_archive_frames", "Frames in the archive.", totals.Select(one => (Labels("source", one.Key), (double)one.Value.Frames)));
            metrics.Gauge("tidemark_archive_frame_bytes", "Bytes of frames in the archive.", totals.Select(one => (Labels("source", one.Key), (double)one.Value.Bytes)));
            metrics.Gauge("tidemark_source_newest_frame_time_seconds", "The instant of a source's newest frame, in seconds since 1970.",
                totals.Where(one => one.Value.Newest is not null).Select(one => (Labels("source", one.Key), one.Value.Newest!.Time.ToUnixTimeMilliseconds() / 1000.0)));
            metrics.Counter("tidemark_jobs_ended_total", "Jobs that have ended on any node since this node was first asked, by outcome; one that was tried again counts each time.", ended.Select(one => (Labels("outcome", one.State), (double)one.Jobs)));
            metrics.Gauge("tidemark_jobs_unfinished", "Jobs that have not ended.", unfinished.Jobs);
            metrics.Gauge("tidemark_tasks", "Tasks of unfinished jobs, by state.", [(Labels("state", "waiting"), unfinished.Waiting), (Labels("state", "ready"), unfinished.Ready), (Labels("state", "running"), unfinished.Running)]);
        }

        private static (string, string)[] Labels(string name, string value) => [(name, value)];
    }
}
