using System.Text.RegularExpressions;

namespace Tidemark.Tests.Rules;

/// <summary>Rules about the code itself that a build does not see.</summary>
public sealed partial class LayoutTests
{
    // Folder → the folders beside it that it may know. Media and Jobs know files and ranges, not what is captured.
    private static readonly Dictionary<string, string[]> MayKnow = new(StringComparer.Ordinal)
    {
        ["Time"] = [],
        ["Database"] = ["Time"],
        ["Media"] = ["Time", "Database"],
        ["Jobs"] = ["Time", "Database"],
        ["Sources"] = ["Time", "Database", "Media"],
        ["Archive"] = ["Time", "Database", "Media"],
        ["Capture"] = ["Time", "Database", "Media", "Jobs", "Sources", "Archive"],
        ["Timelapse"] = ["Time", "Database", "Media", "Jobs", "Sources", "Archive"],
    };

    [Fact]
    public void Folders_of_the_library_know_only_those_below_them()
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Files("src/Tidemark", "*.cs"))
        {
            var text = File.ReadAllText(Repository.PathOf(file));
            var folder = file.Split('/') is [_, _, var first, _, ..] ? first : "";
            var allowed = folder.Length == 0 ? [] : MayKnow.GetValueOrDefault(folder) ?? throw new InvalidOperationException($"Say in this test what {folder} may know.");
            wrong.AddRange(Known().Matches(text).Select(match => match.Groups["folder"].Value).Where(known => known != folder && MayKnow.ContainsKey(known) && !allowed.Contains(known)).Distinct()
                .Select(known => $"{file} knows {known}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_library_knows_no_HTTP_server_and_not_the_program()
    {
        Assert.DoesNotContain(Repository.Files("src/Tidemark", "*.cs"), file => Server().IsMatch(File.ReadAllText(Repository.PathOf(file))));
        Assert.DoesNotContain("Microsoft.AspNetCore", File.ReadAllText(Repository.PathOf("src/Tidemark/Tidemark.csproj")), StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_follow_the_folders() =>
        Assert.DoesNotContain(Repository.Files("src", "*.cs").Where(file => Path.GetFileName(file) != "Program.cs"),
            file => !File.ReadAllText(Repository.PathOf(file)).Contains($"namespace {Path.GetDirectoryName(file)![4..].Replace('/', '.')};\n", StringComparison.Ordinal));

    [Fact]
    public void No_source_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(Repository.Files("src", "*.cs"), file => File.ReadLines(Repository.PathOf(file)).Count() > 400);

    [Fact]
    public void Files_are_named_after_what_they_are_about() =>
        Assert.DoesNotContain(((string[])["src", "tools", "test", "bench"]).SelectMany(folder => Repository.Files(folder, "*.cs")), file => Banned().IsMatch(Path.GetFileName(file)));

    [Fact]
    public void Migrations_are_numbered_from_1_without_gaps()
    {
        var numbers = Repository.Files("src/Tidemark/Database/Migrations", "*.sql").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(number => $"{number:0000}"), numbers);
        Assert.Equal(Enumerable.Range(1, numbers.Count), Tidemark.Database.Migrations.All.Select(migration => migration.Number));
    }

    [GeneratedRegex(@"\bTidemark\.(?<folder>[A-Z][A-Za-z]+)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Known();

    [GeneratedRegex(@"\b(Microsoft\.AspNetCore|Microsoft\.Extensions\.Hosting|Tidemark\.App)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Server();

    [GeneratedRegex("(Helper|Util|Utils|Utilities|Manager)s?[.]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Banned();
}
