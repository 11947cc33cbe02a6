using System.Net;
using Tidemark.Archive;
using Tidemark.Capture;
using Tidemark.Database;
using Tidemark.Media;

namespace Tidemark.App.Config;

/// <summary>What was read: every value with its origin, and every fault at once.</summary>
/// <param name="Config">Null where there are faults.</param>
/// <param name="Values">By key, one for each of <see cref="Setting.All"/>.</param>
/// <param name="File">The file that was read, or null.</param>
public sealed record ConfigReading(NodeConfig? Config, IReadOnlyDictionary<string, ConfigValue> Values, IReadOnlyList<ConfigFault> Faults, string? File);

/// <summary>Reads the configuration: flags win over environment, environment over file, file over default.</summary>
public static class ConfigReader
{
    /// <param name="file">From <c>--config</c> or <c>TIDEMARK_CONFIG</c>; null or empty looks in the usual places.</param>
    /// <param name="flags">By key, from the command line.</param>
    /// <param name="environment">The process's variables; an empty one counts as not set.</param>
    public static ConfigReading Read(string? file, IReadOnlyDictionary<string, string> flags, Func<string, string?> environment)
    {
        var faults = new List<ConfigFault>();
        file = Given(file) ?? Given(environment("TIDEMARK_CONFIG")) ?? ConfigFile.Places.FirstOrDefault(File.Exists);
        var inFile = file is null ? [] : ConfigFile.Read(file, faults);
        foreach (var (key, value) in inFile.Where(entry => Setting.All.All(setting => setting.Key != entry.Key)))
        {
            faults.Add(new ConfigFault(value.Origin, $"there is no option '{key}'.{Suggest(key)}"));
        }

        var values = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        foreach (var setting in Setting.All)
        {
            values[setting.Key] =
                flags.TryGetValue(setting.Key, out var flag) ? new ConfigValue(flag, new Origin("--" + setting.Key)) :
                Given(environment(setting.Environment)) is { } variable ? new ConfigValue(variable, new Origin(setting.Environment)) :
                inFile.GetValueOrDefault(setting.Key) ?? new ConfigValue(setting.Default, Origin.Default);
        }

        var config = new Checker(values, faults).Check();
        return new ConfigReading(faults.Count == 0 ? config : null, values, faults, file);
    }

    // A script passes on what it has not set as an empty text.
    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Suggest(string key)
    {
        var nearest = Setting.All.MinBy(setting => Distance(setting.Key, key))!;
        return Distance(nearest.Key, key) <= 3 ? $" Did you mean '{nearest.Key}'?" : " See docs/configuration.md for those there are.";
    }

    // Levenshtein's distance.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    /// <summary>Turns texts into what they mean; a fault is noted and checking goes on.</summary>
    private sealed class Checker(Dictionary<string, ConfigValue> values, List<ConfigFault> faults)
    {
        public NodeConfig Check()
        {
            var data = new DataFolder(Text("data") ?? DefaultData(), Text("archive"));
            if (System.Text.Encoding.UTF8.GetByteCount(data.Socket) > 107)
            {
                Fault("data", $"the path {data.Root} is too long: its Unix socket would have over 107 bytes. Choose a shorter one");
            }

            var listen = Listen();
            var (certificate, key) = (ExistingFile("tls.certificate"), ExistingFile("tls.key"));
            if (certificate is null != key is null)
            {
                Fault(certificate is null ? "tls.key" : "tls.certificate", "'tls.certificate' and 'tls.key' go together");
            }

            var behindProxy = Flag("behindProxy");
            if (!IPAddress.IsLoopback(listen.Address) && certificate is null && !behindProxy)
            {
                Fault("listen", $"'{values["listen"].Text}' is beyond loopback, where others can listen in: set 'tls.certificate' and 'tls.key', or 'behindProxy: true' where a proxy does TLS");
            }

            var hosts = Hosts();
            if (behindProxy && hosts.Length == 0)
            {
                Fault("behindProxy", "'behindProxy: true' needs the name under which the proxy is reached: set 'hosts', the first of which goes into sign-in addresses");
            }

            return new NodeConfig
            {
                Data = data,
                Roles = Roles(),
                Name = Name(),
                Work = Work(),
                Retention = Retention(),
                Sealing = Sealing(data),
                KeepHistory = Duration("jobs.keepHistory", TimeSpan.FromHours(1), TimeSpan.FromDays(36_500)),
                KeepStretches = Size("timelapse.keep", 0, 1L << 50),
                TimelapseFolders = Folders("timelapse.folders"),
                Listen = listen,
                Hosts = hosts,
                BehindProxy = behindProxy,
                Tls = Tls(certificate, key),
                Database = Database(data),
                Capture = new CaptureOptions
                {
                    Stall = Duration("capture.stall", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
                    MostFrameBytes = Size("capture.mostFrame", 64L << 10, 1L << 30),
                    PerHost = (int)Number("capture.perHost", values["capture.perHost"].Text, 1, 100_000),
                    KeepJournal = Duration("capture.keepJournal", TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
                },
                Tools = new ToolPaths(ExistingFile("media.ffmpeg"), ExistingFile("media.ffprobe"), ExistingFile("media.jpegtran")),
                LogLevel = Level(),
            };
        }

        private string? Text(string key) => values[key].Text is { Length: > 0 } text ? text : null;

        private void Fault(string key, string message) => faults.Add(new ConfigFault(values[key].Origin, message + "."));

        private void Illegal(string key)
        {
            var setting = Setting.All.First(setting => setting.Key == key);
            Fault(key, $"'{key}' is '{(setting.Secret ? "…" : values[key].Text)}'; expected {setting.Legal}");
        }

        private NodeRoles Roles()
        {
            if (NodeRolesText.TryParse(values["roles"].Text, out var roles))
            {
                return roles;
            }

            Illegal("roles");
            return NodeRoles.All;
        }

        private string Name()
        {
            var name = Text("node.name") ?? Environment.MachineName;
            if (name.Length > 100 || name.Any(char.IsControl))
            {
                Illegal("node.name");
            }

            return name;
        }

        private WorkConfig Work()
        {
            var work = new WorkConfig { Drain = Duration("work.drain", TimeSpan.Zero, TimeSpan.FromHours(24)) };
            if (Text("work.cpu") is { } cpu)
            {
                work = work with { Cpu = (int)(Number("work.cpu", cpu, 0.1m, 4096) * 1000) };
            }

            if (Text("work.memory") is not null)
            {
                work = work with { Memory = Size("work.memory", 64L << 20, 1L << 50) };
            }

            if (Text("work.disk") is not null)
            {
                work = work with { Disk = Size("work.disk", 0, 1L << 50) };
            }

            if (Text("work.most") is { } most)
            {
                work = work with { Most = (int)Number("work.most", most, 1, 100_000) };
            }

            var tags = values["work.tags"].Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (tags.Any(tag => tag.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
            {
                Illegal("work.tags");
            }

            return work with { Tags = tags };
        }

        private SealingConfig Sealing(DataFolder data)
        {
            var command = values["archive.afterSeal"].Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (command.Length > 0 && !Path.IsPathRooted(command[0]))
            {
                Fault("archive.afterSeal", $"'archive.afterSeal' begins with '{command[0]}'; expected the whole path of a program");
            }
            else if (command.Length > 0 && !File.Exists(command[0]))
            {
                Fault("archive.afterSeal", $"'archive.afterSeal' begins with '{command[0]}', and there is no such file");
            }

            var copy = Text("archive.copy") is { } folder ? Path.GetFullPath(folder) : null;
            if (copy == data.Archive)
            {
                Fault("archive.copy", $"'archive.copy' is '{copy}', which is the archive itself; expected a folder on another disk");
            }

            return new SealingConfig
            {
                After = Duration("archive.sealAfter", TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)),
                Copy = copy,
                Command = command,
                CommandWithin = Duration("archive.afterSealWithin", TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
                ScrubEvery = Duration("archive.scrubEvery", TimeSpan.FromHours(1), TimeSpan.FromDays(3650)),
            };
        }

        private RetentionConfig Retention() => new()
        {
            Most = Text("archive.most") is null ? null : Size("archive.most", 1L << 20, 1L << 50),
            KeepFree = Text("archive.keepFree") is null ? null : Size("archive.keepFree", 1L << 20, 1L << 50),
            Copies = Text("archive.copies") is { } copies ? (int)Number("archive.copies", copies, 0, 1) : null,
            Reserve = Size("archive.reserve", 0, 1L << 40),
        };

        private decimal Number(string key, string text, decimal least, decimal most)
        {
            if (decimal.TryParse(text, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            {
                return number;
            }

            Illegal(key);
            return least;
        }

        private IPEndPoint Listen()
        {
            var text = values["listen"].Text.Replace("localhost:", "127.0.0.1:", StringComparison.OrdinalIgnoreCase);
            if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint) && text.EndsWith($":{endpoint.Port}", StringComparison.Ordinal))
            {
                return endpoint;
            }

            Illegal("listen");
            return new IPEndPoint(IPAddress.Loopback, 0);
        }

        private string[] Hosts()
        {
            var hosts = values["hosts"].Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            foreach (var host in hosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
            {
                Fault("hosts", $"'hosts' names '{host}'; expected {Setting.All.First(setting => setting.Key == "hosts").Legal}, without scheme and port");
            }

            return hosts;
        }

        private string[] Folders(string key)
        {
            var folders = values[key].Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            foreach (var folder in folders.Where(folder => !Path.IsPathRooted(folder)))
            {
                Fault(key, $"'{key}' names '{folder}'; expected {Setting.All.First(setting => setting.Key == key).Legal}");
            }

            return [.. folders.Select(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))];
        }

        private TlsCertificate? Tls(string? certificate, string? key)
        {
            if (certificate is null || key is null)
            {
                return null;
            }

            var tls = TlsCertificate.Read(certificate, key, out var option, out var fault);
            if (tls is null)
            {
                Fault(option, fault);
            }

            return tls;
        }

        private DatabaseAddress Database(DataFolder data)
        {
            if (Text("database") is not { } text)
            {
                return DatabaseAddress.Sqlite(data.Database);
            }

            if (DatabaseAddress.Parse(text).TryGet(out var address, out _))
            {
                return address;
            }

            Illegal("database");
            return DatabaseAddress.Sqlite(data.Database);
        }

        private bool Flag(string key)
        {
            if (bool.TryParse(values[key].Text, out var flag))
            {
                return flag;
            }

            Illegal(key);
            return false;
        }

        private string? ExistingFile(string key)
        {
            if (Text(key) is not { } path || File.Exists(path))
            {
                return Text(key);
            }

            Fault(key, $"'{key}' is '{path}', and there is no such file");
            return null;
        }

        private TimeSpan Duration(string key, TimeSpan least, TimeSpan most)
        {
            if (Units.TryParseDuration(values[key].Text, out var duration) && duration >= least && duration <= most)
            {
                return duration;
            }

            Illegal(key);
            return least;
        }

        private long Size(string key, long least, long most)
        {
            if (Units.TryParseSize(values[key].Text, out var size) && size >= least && size <= most)
            {
                return size;
            }

            Illegal(key);
            return least;
        }

        private LogLevel Level()
        {
            switch (values["log.level"].Text)
            {
                case "debug": return LogLevel.Debug;
                case "info": return LogLevel.Information;
                case "warning": return LogLevel.Warning;
                case "error": return LogLevel.Error;
                default:
                    Illegal("log.level");
                    return LogLevel.Information;
            }
        }

        private static string DefaultData() => Environment.UserName == "root"
            ? "/var/lib/tidemark"
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "tidemark");
    }
}
