using Tidemark.Simulator;

return await ServeCommand.Root().Parse(args).InvokeAsync();
