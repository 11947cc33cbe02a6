using System.Runtime.InteropServices;
using Tidemark.Simulator;
using Tidemark.Simulator.Demo;
using Tidemark.Simulator.Jobs;
using Tidemark.Simulator.Upload;

// From the first moment on, so that nothing is left behind whenever it is interrupted; a closed terminal counts too. These
// live as long as the process: a signal may come while everything else is being disposed.
var stop = new CancellationTokenSource();
var signals = ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, context =>
{
    context.Cancel = true;
    stop.Cancel();
})).ToArray();

var root = ServeCommand.Root();
root.Subcommands.Add(DemoCommand.Create());
root.Subcommands.Add(UploadCommand.Create());
root.Subcommands.Add(WorkCommand.Create());
var arguments = root.Parse(args);
var code = await arguments.InvokeAsync(new() { ProcessTerminationTimeout = null }, stop.Token);
GC.KeepAlive(signals);
return arguments.Errors.Count > 0 ? 2 : code;
