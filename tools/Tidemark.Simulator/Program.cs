using Tidemark.Simulator;

var arguments = ServeCommand.Root().Parse(args);
var ended = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? 2 : ended;
