using System.Text.RegularExpressions;

namespace Tidemark.Tests.Rules;

/// <summary>What the design pages say is held by a test, is.</summary>
public sealed partial class DesignTests
{
    [Fact]
    public void Every_test_that_a_design_page_names_exists()
    {
        var tests = string.Concat(Repository.Files("test", "*.cs").Select(file => File.ReadAllText(Repository.PathOf(file))));
        var missing = Repository.Files("design", "*.md")
            .SelectMany(page => Named().Matches(File.ReadAllText(Repository.PathOf(page))).Select(match => (Page: page, Test: match.Groups["test"].Value)))
            .Where(named => !Regex.IsMatch(tests, $@"(class|void|Task) {named.Test}\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
            .ToList();
        Assert.Empty(missing);
    }

    // Classes of tests, and sentences with underscores.
    [GeneratedRegex(@"`(?<test>[A-Z]\w*(Tests|Conformance)|[A-Z](?=\w*[a-z])[A-Za-z0-9]*(_\w+)+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
