using System.CommandLine;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark help [COMMAND]</c>: what there is, with examples.</summary>
internal static class HelpCommand
{
    private static readonly Dictionary<string, string[]> Examples = new(StringComparer.Ordinal)
    {
        [""] =
        [
            "tidemark up                                          run a node on this machine",
            "tidemark page                                        an address that opens its page and signs in",
            "tidemark source add beach --url https://cams.example.org/beach.json --list /frames --time /takenAt --image /url",
            "tidemark source test beach                           try it step by step",
            "tidemark timelapse beach --from yesterday --to today -o beach.mp4",
            "tidemark job list                                    what is being done, and what became of the rest",
            "tidemark doctor                                      is everything here that a node needs?",
        ],
        ["up"] = ["tidemark up", "tidemark up --data /srv/tidemark --listen 127.0.0.1:9000", "TIDEMARK_DATA=/srv/tidemark tidemark up"],
        ["page"] = ["tidemark page", "xdg-open \"$(tidemark page)\""],
        ["source"] =
        [
            "tidemark source add beach --url https://cams.example.org/beach.json --list /frames --time /takenAt --name /name --image /url --every 10m",
            "tidemark source add roof --url http://192.168.1.20/index.json --list '' --time /t --image /jpg --every 30s",
            "tidemark source add pier --url https://cams.example.org/pier.json --list /frames --time /local --image /url --zone Europe/Lisbon --daylight 38.69,-9.42,30m --at-least 04:00-13:00",
            "tidemark source add mast --kind frames.snapshot --url https://cams.example.org/mast.jpg --every 1m --keep 90d --crop 640x480f+0+120",
            "tidemark source add gate --kind frames.folder --folder /srv/ftp/gate --name-pattern 'gate_%Y%m%d_%H%M%S*.jpg' --zone Europe/Lisbon",
            "tidemark source set beach --every 5m --window 06:00-20:00 --zone Europe/Lisbon", "tidemark source set beach --window none --keep none",
            "tidemark source show beach                           when it is captured, in words, and its next slots",
            "tidemark source test beach", "tidemark source list --json", "tidemark source pause beach", "tidemark source trust roof", "tidemark source remove beach",
        ],
        ["frames"] = ["tidemark frames beach", "tidemark frames beach --from 2026-11-21 --to 2026-11-22 --json"],
        ["quarantine"] = ["tidemark quarantine list", "tidemark quarantine list beach --json", "tidemark quarantine show beach/20261122T080000.000Z-1f0c22ab.html", "tidemark quarantine save beach/20261122T080000.000Z-1f0c22ab.html -o what-came.html"],
        ["slots"] = ["tidemark slots beach", "tidemark slots beach --from 2026-11-21 --to 2026-11-22 --json"],
        ["archive"] =
        [
            "tidemark archive usage                               what each source has and brings, and when the disk is full",
            "tidemark archive retention --dry-run                 what the rules want gone now, and what keeps the rest",
            "tidemark archive seal                                seal now what is over",
            "tidemark archive copy                                bring the second copy up to date",
            "tidemark archive verify --from 2026-11-01            read everything, hold it against its sums, mend from the other copy",
            "tidemark archive check --repair                      rows, files, manifests, sums, copies, totals: do they agree?",
            "tidemark archive reindex                             make the rows anew from files and manifests, while no node runs",
            "tidemark archive import /mnt/old/beach --source beach --dry-run",
            "tidemark archive import /mnt/old/beach --source beach --pattern dashes --zone Europe/Lisbon",
        ],
        ["timelapse"] =
        [
            "tidemark timelapse beach --from yesterday --to today -o beach.mp4",
            "tidemark timelapse beach --from 24h --fps 30 --crop 640x480+100+50 -o crop.mp4",
            "tidemark timelapse north east south west --layout quad --sidebar side.mp4 --from 2026-11-21 --to 2026-11-22 -o quad.mp4",
            "tidemark timelapse beach --from 7d --pace even --seconds-per-day 10 --clock local --caption 'The beach' --daylight -o week.mp4",
            "tidemark timelapse beach --from 24h --size 320x180 --fps 12 -o beach.gif",
        ],
        ["schedule"] =
        [
            "tidemark schedule set beach-day beach --each day      yesterday's, every night",
            "tidemark schedule set beach-week beach --each day --last 7d --pace even --seconds-per-day 10 --folder /srv/videos",
            "tidemark schedule set quads north east south west --each month --layout quad --zone Europe/Lisbon",
            "tidemark schedule list", "tidemark schedule run beach-week", "tidemark schedule pause beach-day", "tidemark schedule remove quads",
        ],
        ["share"] =
        [
            "tidemark share create 019f… --for 7d                 the id is the timelapse's", "tidemark share list 019f…", "tidemark share revoke 019f…",
        ],
        ["job"] =
        [
            "tidemark job list", "tidemark job list --state failed --kind timelapse --json",
            "tidemark job show 019f…                              its graph, with states and times",
            "tidemark job show 019f… --track                      and everything that happened to it",
            "tidemark job watch 019f…                             follow it; ends with 0 when it is done, with 1 when not",
            "tidemark job retry 019f… --from render", "tidemark job cancel 019f…",
        ],
        ["node"] =
        [
            "tidemark node --roles work --set database=postgres://tidemark@db.example.org/tidemark --set archive=/mnt/tidemark",
            "tidemark node --roles api,capture,dispatch --listen 127.0.0.1:8710", "tidemark node list", "tidemark node list --json",
        ],
        ["token"] = ["tidemark token create dashboard --read-only", "tidemark token create phone --expires 30d", "tidemark token list", "tidemark token revoke 019f…"],
        ["config"] = ["tidemark config check --config tidemark.yaml", "tidemark config show --set log.level=debug"],
        ["doctor"] = ["tidemark doctor", "tidemark doctor --data /srv/tidemark --json"],
    };

    public static Command Make(Command root)
    {
        var name = new Argument<string[]>("COMMAND") { Description = "The command to explain", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Explains a command, with examples") { name };
        command.SetAction(async (parsed, cancellation) =>
        {
            var path = parsed.GetValue(name) ?? [];
            var helped = root.Parse([.. path, "--help"]);
            if (helped.CommandResult.Command == root && path.Length > 0)
            {
                Console.Error.WriteLine($"tidemark: there is no command '{string.Join(' ', path)}'. See: tidemark help");
                return ExitCodes.NoSuchThing;
            }

            var code = await helped.InvokeAsync(cancellationToken: cancellation);
            if (Examples.TryGetValue(path.FirstOrDefault() ?? "", out var examples))
            {
                Console.Out.WriteLine("Examples:");
                foreach (var example in examples)
                {
                    Console.Out.WriteLine($"  {example}");
                }

                Console.Out.WriteLine();
            }

            Console.Out.WriteLine("Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 no such thing, 4 cannot reach, 130 interrupted.");
            return code;
        });
        return command;
    }
}
