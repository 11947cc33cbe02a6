using System.CommandLine;

namespace Tidemark.App.Commands;

/// <summary><c>tidemark archive …</c></summary>
internal static class ArchiveCommand
{
    public static Command Make() => new("archive", "What is kept: how much it is, what is let go, what is taken in from elsewhere; and whether all of it is right")
    {
        ArchiveUsageCommand.Make(), ArchiveRetentionCommand.Make(), ArchiveHoldsCommand.Make(), ArchiveImportCommand.Make(),
        ArchiveWorkCommand.Seal(), ArchiveWorkCommand.Copy(), ArchiveWorkCommand.Verify(), ArchiveWorkCommand.Check(), ArchiveReindexCommand.Make(),
    };
}
