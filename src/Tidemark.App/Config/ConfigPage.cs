using System.Text;

namespace Tidemark.App.Config;

/// <summary>Writes <c>docs/configuration.md</c> from <see cref="Setting.All"/>; a test compares the two.</summary>
public static class ConfigPage
{
    public static string Write()
    {
        var page = new StringBuilder("""
            # Configuration

            Every option, in the order of the file. It is made from the code (`tidemark config docs`), and a test holds it to that.

            Where a value comes from, the first that has one: a flag (`--data`, `--listen`, or `--set key=value` for any option), an environment variable (an empty one counts as not set), the file, the default. The file is the one that `--config` or `TIDEMARK_CONFIG` names, else `./tidemark.yaml`, else `/etc/tidemark/tidemark.yaml`; none is needed.

            - `tidemark config check` says every fault at once, with file and line, the value found and what is legal.
            - `tidemark config show` shows every value and where it came from. Secrets are hidden.

            Dots are nesting: `media.ffmpeg: /opt/ffmpeg` is the same as

            ```yaml
            media:
              ffmpeg: /opt/ffmpeg
            ```

            Durations are written `250ms`, `20s`, `10m`, `1.5h`, `2d`; sizes `512KiB`, `64MiB`, `1.5GiB`. Lists may be YAML lists, or one text with commas.

            """);
        foreach (var setting in Setting.All)
        {
            page.Append(System.Globalization.CultureInfo.InvariantCulture, $"""

                ## {setting.Key}
                {setting.About}

                | | |
                | --- | --- |
                | legal | {setting.Legal} |
                | default | {(setting.Default.Length == 0 ? "none" : $"`{setting.Default}`")} |
                | environment | `{setting.Environment}` |
                | example | `{setting.Key}: {setting.Example}` |

                """);
        }

        return page.ToString();
    }
}
