using System.CommandLine;
using Tidemark.App.Commands;

var root = new RootCommand("Tidemark captures what cameras show, archives it by time, and turns any stretch of time into video.");
foreach (var option in (Option[])[GlobalOptions.Data, GlobalOptions.ConfigFile, GlobalOptions.Set, GlobalOptions.Server, GlobalOptions.Json])
{
    root.Options.Add(option);
}

foreach (var command in (Command[])[UpCommand.Make(), TokenCommand.Page(), SourceCommand.Make(), FramesCommand.Make(), TimelapseCommand.Make(), TokenCommand.Make(), ConfigCommand.Make(), DoctorCommand.Make(), HelpCommand.Make(root)])
{
    root.Subcommands.Add(command);
}

return await CommandLine.RunAsync(root, args);
