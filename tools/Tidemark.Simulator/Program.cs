using Tidemark.Simulator;
using Tidemark.Simulator.Demo;

var root = ServeCommand.Root();
root.Subcommands.Add(DemoCommand.Create());

// The demo waits for its node to end; the usual two seconds would leave it behind.
var arguments = root.Parse(args);
var code = await arguments.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return arguments.Errors.Count > 0 ? 2 : code;
