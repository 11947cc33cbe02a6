using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.App.Api;
using Tidemark.Tests.Time;

namespace Tidemark.Tests.Api;

public sealed class LogLinesTests
{
    [Fact]
    public void An_entry_is_one_line_whatever_is_in_it()
    {
        var writer = new StringWriter();
        var entry = new LogEntry<string>(LogLevel.Warning, "Tidemark.Capture", new EventId(7), "pier said \u001b[2J\n2026-11-22T08:13:05.000Z info: forged", new InvalidOperationException("two\r\nlines"), (state, _) => state);

        new LogLines(new ManualTime()).Write(entry, null, writer);

        Assert.Equal("2026-11-22T08:13:05.000Z warn: Tidemark.Capture[7] pier said \ufffd[2J 2026-11-22T08:13:05.000Z info: forged System.InvalidOperationException: two lines\n", writer.ToString());
    }
}
