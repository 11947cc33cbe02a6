using Tidemark.Simulator;
using Tidemark.Simulator.Demo;

var root = ServeCommand.Root();
root.Subcommands.Add(DemoCommand.Create());

// The demo waits for its node to end; the usual two seconds would leave it behind.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
