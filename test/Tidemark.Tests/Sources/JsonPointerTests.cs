using System.Text.Json;
using Tidemark.Sources;

namespace Tidemark.Tests.Sources;

public sealed class JsonPointerTests
{
    // RFC 6901, section 5.
    private const string Document = """{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}""";

    [Theory]
    [InlineData("", Document)]
    [InlineData("/foo", """["bar","baz"]""")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/e^f", "3")]
    [InlineData("/g|h", "4")]
    [InlineData("/i\\j", "5")]
    [InlineData("/k\"l", "6")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void The_examples_of_the_RFC_find_what_it_says(string pointer, string value)
    {
        using var document = JsonDocument.Parse(Document);

        Assert.True(JsonPointer.Parse(pointer).Value.TryFind(document.RootElement, out var found));
        Assert.Equal(value, found.GetRawText());
    }

    [Theory]
    [InlineData("/foo/2")]
    [InlineData("/foo/-")]
    [InlineData("/foo/00")]
    [InlineData("/foo/01")]
    [InlineData("/foo/+1")]
    [InlineData("/foo/1e0")]
    [InlineData("/foo/99999999999")]
    [InlineData("/foo/")]
    [InlineData("/foo/0/x")]
    [InlineData("/a/b")]
    [InlineData("/nothing")]
    public void What_is_not_there_is_not_found(string pointer)
    {
        using var document = JsonDocument.Parse(Document);
        Assert.False(JsonPointer.Parse(pointer).Value.TryFind(document.RootElement, out _));
    }

    [Theory]
    [InlineData("/~01", "~1")]
    [InlineData("/~10", "/0")]
    public void Escapes_are_undone_once_and_in_order(string pointer, string member)
    {
        using var document = JsonDocument.Parse($$"""{"{{member}}":true}""");
        Assert.True(JsonPointer.Parse(pointer).Value.TryFind(document.RootElement, out _));
    }

    [Theory]
    [InlineData("foo", "Write '/foo'.")]
    [InlineData("$.foo", "Write '/$.foo'.")]
    [InlineData("/a~", null)]
    [InlineData("/a~2", null)]
    [InlineData("/~~0", null)]
    public void What_is_no_pointer_is_said(string pointer, string? mend)
    {
        var failure = JsonPointer.Parse(pointer).Failure!;
        Assert.Equal((FailureKind.BadInput, "json_pointer", mend), (failure.Kind, failure.Code, failure.Mend));
        Assert.Contains(pointer, failure.Message, StringComparison.Ordinal);
    }
}
