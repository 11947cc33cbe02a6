using System.CommandLine;
using System.CommandLine.Help;
using Tidemark.App.Commands;

// Not a RootCommand: that would go by the name of the file that runs it.
var root = new Command("tidemark", "Tidemark captures what cameras show, archives it by time, and turns any stretch of time into video.");
foreach (var option in (Option[])[new HelpOption { Recursive = true }, new VersionOption(), GlobalOptions.Data, GlobalOptions.ConfigFile, GlobalOptions.Set, GlobalOptions.Server, GlobalOptions.Json])
{
    root.Options.Add(option);
}

foreach (var command in (Command[])[UpCommand.Make(), TokenCommand.Page(), SourceCommand.Make(), FramesCommand.Make(), SlotsCommand.Make(), QuarantineCommand.Make(), ArchiveCommand.Make(), TimelapseCommand.Make(), ScheduleCommand.Make(), ShareCommand.Make(), JobCommand.Make(), NodesCommand.Make(), TokenCommand.Make(), ConfigCommand.Make(), DoctorCommand.Make(), HelpCommand.Make(root)])
{
    root.Subcommands.Add(command);
}

return await CommandLine.RunAsync(root, args);
