namespace Tidemark.App.Config;

/// <summary>One option of <c>tidemark.yaml</c>.</summary>
/// <param name="Key">Dotted path in the file: <c>media.ffmpeg</c>. The environment variable follows from it: <c>TIDEMARK_MEDIA_FFMPEG</c>.</param>
/// <param name="Default">As it would be written in the file; empty where there is none.</param>
/// <param name="Legal">What may be written: form, unit, range.</param>
/// <param name="About">What it does; what special values mean.</param>
/// <param name="Example">A value other than the default.</param>
/// <param name="Secret">True: never shown.</param>
public sealed record Setting(string Key, string Default, string Legal, string About, string Example, bool Secret = false)
{
    public string Environment => "TIDEMARK_" + string.Concat(Key.Select(c => c == '.' ? "_" : char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    /// <summary>Every option that there is. <c>docs/configuration.md</c> is made from this list, and a test holds it to that.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("data", "", "a folder",
            "The data folder: archive, database, socket. Made when missing, for this user only. Default: /var/lib/tidemark for root, else ~/.local/share/tidemark. A warning is given where it lies under a temporary folder.", "/srv/tidemark"),
        new("archive", "", "a folder",
            "Where frames and assets are kept: the folders frames/ and assets/. Default: the data folder. Nodes on several machines share one, as a mount, and each has a data folder of its own.", "/mnt/tidemark"),
        new("archive.most", "", "a size, 1MiB to 1024TiB",
            "The most bytes of frames, of all sources together. What is beyond it is let go: the oldest sealed days first, whichever source they are of. Default: no bound. 'tidemark archive retention --dry-run' says what would go.", "500GiB"),
        new("archive.keepFree", "", "a size, 1MiB to 1024TiB",
            "How many bytes are kept free on the archive's file system: the oldest sealed days make room. Default: none.", "20GiB"),
        new("archive.copies", "", "0 or 1",
            "How many verified copies must remain elsewhere of a day that is let go; the second copy is the only one that is known. Default: 1 where one is configured ('archive.copy'), else 0.", "0"),
        new("archive.sealAfter", "15m", "a duration, 1m to 24h",
            "How long after midnight UTC a day is sealed: its sums, its manifest, its copy. What comes later makes a new revision.", "2h"),
        new("archive.copy", "", "a folder",
            "The second copy: the root of another disk or a mount, in which sealed days lie as they do in the archive. It gets a marker at first use, so that the empty folder under a mount that is away is never filled.", "/mnt/second"),
        new("archive.afterSeal", "", "a program and its arguments, separated by commas",
            "Run for each sealed day, after its copy: with the day's folder as the last argument, and TIDEMARK_SOURCE and TIDEMARK_DAY. No shell reads it; an argument has no comma. One that fails is run again, later and later.", "/usr/local/bin/to-tape,--fast"),
        new("archive.afterSealWithin", "1h", "a duration, 1s to 24h", "How long one run of 'archive.afterSeal' may take.", "6h"),
        new("archive.scrubEvery", "30d", "a duration, 1h to 3650d", "How long it takes until all that is sealed, here and in the second copy, has been read and held against its sums; then it begins anew.", "90d"),
        new("archive.reserve", "64MiB", "a size, 0B to 1TiB",
            "Space in the data folder that is kept taken, and given up when the disk is full, so that journal, database and logs can go on. On a small disk a hundredth of the disk at most. 0B: none.", "256MiB"),
        new("roles", "api,capture,dispatch,work", "api, capture, dispatch, work, separated by commas; at least one",
            "What this node does: serve the API and the page (api), poll the sources (capture; one node at a time), watch over nodes and queues (dispatch), run tasks (work). One without 'api' listens on its Unix socket only.", "work"),
        new("node.name", "", "1 to 100 characters", "What people call this node. Default: the host's name.", "studio-1"),
        new("listen", "127.0.0.1:8710", "ADDRESS:PORT, port 0 to 65535",
            "Where the API and the page are served. Port 0 takes any free port. An address beyond loopback needs 'tls.certificate' and 'tls.key', or 'behindProxy: true'.", "0.0.0.0:8710"),
        new("hosts", "", "host names, separated by commas",
            "Names under which the page may be opened beside the address listened on. Requests that name another host are refused, so that no foreign page can reach the API by a name of its own. Beyond loopback or behind a proxy, the first goes into sign-in addresses.", "tidemark.example.org"),
        new("behindProxy", "false", "true or false",
            "True: a proxy in front of this node does TLS, under the first of 'hosts'; sign-in addresses are then https://HOST/, and the sign-in cookie is sent over HTTPS only. Only then may a node listen beyond loopback without a certificate of its own.", "true"),
        new("tls.certificate", "", "a PEM file", "The certificate for HTTPS, and after it those between it and the one that clients trust; all are sent.", "/etc/tidemark/fullchain.pem"),
        new("tls.key", "", "a PEM file", "The certificate's private key, without a password.", "/etc/tidemark/privkey.pem"),
        new("database", "", "sqlite:PATH or postgres://user:password@host:5432/name",
            "Where the database is. Default: sqlite, tidemark.db in the data folder.", "postgres://tidemark@db.example.org:5432/tidemark", Secret: true),
        new("work.cpu", "", "a number of processors, 0.1 to 4096", "How many processors tasks may take on this node, all together. Default: all.", "3.5"),
        new("work.memory", "", "a size, 64MiB to 1024TiB", "How much memory tasks may take on this node, all together. Default: four fifths of what the machine has, or the container.", "12GiB"),
        new("work.disk", "", "a size, 0B to 1024TiB", "How much scratch space tasks may take on this node, all together. Default: what is free when the node starts.", "200GiB"),
        new("work.tags", "", "words without spaces, separated by commas", "What else this node has that tasks may ask for, beside 'tool:ffmpeg' and 'mount:archive-…', which it finds out by itself.", "place:lisbon,camera-network"),
        new("work.most", "", "a number, 1 to 100000", "The most tasks at a time, whatever they need. Default: two for each processor.", "1"),
        new("work.drain", "30s", "a duration, 0s to 24h", "How long running tasks may go on when the node is asked to stop. What is left then is handed back, and begun anew by another. A second Ctrl-C hands it back at once.", "5m"),
        new("jobs.keepHistory", "90d", "a duration, 1h to 36500d", "How long what became of jobs is kept after they were submitted; those that are unfinished always are. On PostgreSQL it goes by whole months. The videos stay. The same on every node.", "365d"),
        new("timelapse.keep", "10GiB", "a size, 0B to 1024TiB",
            "The most bytes of encoded stretches of timelapses that are kept, in the archive's folder stretches/, so that a longer range or one late frame does not encode all anew. Those not used for longest go first; all may be deleted at any time. The same on every node.", "100GiB"),
        new("timelapse.folders", "", "whole paths of folders, separated by commas",
            "Folders of this machine, or mounts, that recurring timelapses may be put into as files. Nobody can have a file written anywhere else. At first use each gets a marker, the file .tidemark-folder, and what /etc/fstab names must be mounted; where the marker is missing later, a mount is away, and it is waited for. On another disk on purpose: make the marker by hand. The same on every node that has them.", "/srv/videos,/mnt/web"),
        new("capture.stall", "20s", "a duration, 1s to 10m", "Longest time without a byte from a source before a download is given up. Slow lines are fine; silent ones are not, nor such that bring less than 8 KiB in a minute, or in this time where it is longer.", "60s"),
        new("capture.mostFrame", "64MiB", "a size, 64KiB to 1GiB", "Largest frame taken; a larger answer is refused.", "16MiB"),
        new("capture.perHost", "4", "a number, 1 to 100000", "The most requests at a time to one host, of all its sources together. One that has not moved for two seconds does not count.", "16"),
        new("capture.keepJournal", "8d", "a duration, 1h to 365d", "How long the journal of what was captured is kept after it was brought into the database: from it a database that was restored from an older backup catches up. At most 1 GiB of it is kept, however young.", "30d"),
        new("media.ffmpeg", "", "a program", "ffmpeg. Default: found on PATH.", "/opt/ffmpeg/bin/ffmpeg"),
        new("media.ffprobe", "", "a program", "ffprobe. Default: found on PATH.", "/opt/ffmpeg/bin/ffprobe"),
        new("media.jpegtran", "", "a program", "jpegtran. Default: found on PATH.", "/opt/mozjpeg/bin/jpegtran"),
        new("log.level", "info", "debug, info, warning or error", "The least severe messages that are logged.", "debug"),
    ];
}
