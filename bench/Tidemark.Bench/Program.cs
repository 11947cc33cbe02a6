using System.CommandLine;
using System.Data.Common;
using System.Runtime.InteropServices;
using Tidemark.Bench;
using Tidemark.Bench.Archive;
using Tidemark.Bench.Jobs;

var name = new Argument<string?>("NAME") { Description = "what to measure; without it, what there is is listed", Arity = ArgumentArity.ZeroOrOne };
var quick = new Option<bool>("--quick") { Description = "end within 50 s" };
var rounds = new Option<int?>("--rounds") { Description = "at most so many rounds" };
var part = new Option<string?>("--case") { Description = "only cases whose names contain this; goals of the others are not met" };
var json = new Option<bool>("--json") { Description = "one JSON document on standard output" };
var strict = new Option<bool>("--strict") { Description = "exit with 1 where a goal is missed" };
var folder = new Option<string?>("--dir") { Description = "measure on the disk of this folder; default artifacts/bench" };
var postgres = new Option<string?>("--postgres") { Description = "jobs: measure on this PostgreSQL, postgres://user:password@host:port/name, instead of starting one" };
var root = new RootCommand("Measures Tidemark beside what people use instead.") { name, quick, rounds, part, json, strict, folder, postgres };
root.SetAction((parsed, interrupted) => RunAsync(parsed, interrupted));

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
var command = root.Parse(args);
var code = await command.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, stop.Token);
return command.Errors.Count > 0 ? 2 : code;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
{
    IBenchmark[] all = [new FramesBenchmark(), new TimelapseBenchmark(), new PageBenchmark(), new JobsBenchmark(), new ArchiveBenchmark(), new CaptureBenchmark()];
    if (parsed.GetValue(name) is not { } wanted)
    {
        foreach (var known in all)
        {
            Console.WriteLine($"{known.Name,-12} {known.About}");
        }

        return 0;
    }

    if (all.FirstOrDefault(known => known.Name == wanted) is not { } benchmark)
    {
        await Console.Error.WriteLineAsync($"tidemark: there is no benchmark '{wanted}'. There are: {string.Join(", ", all.Select(known => known.Name))}.");
        return 3;
    }

    if (parsed.GetValue(postgres) is { } server && (wanted != "jobs" || !Uri.TryCreate(server, UriKind.Absolute, out var url) || url.Scheme is not ("postgres" or "postgresql")))
    {
        await Console.Error.WriteLineAsync("tidemark: --postgres is for jobs, and wants postgres://user:password@host:port/name.");
        return 2;
    }

    var room = Path.Combine(Path.GetFullPath(parsed.GetValue(folder) ?? Places.Default), $"{wanted}-{Environment.ProcessId}");
    try
    {
        Directory.CreateDirectory(room);
        var machine = Machine.Describe(room);
        Results results;
        using (var progress = new Progress())
        {
            await using (benchmark)
            {
                var notes = new List<string>();
                results = await new Measurement(benchmark, new Room(room, parsed.GetValue(quick), what => progress.Show(wanted, "preparing", what, null), notes) { Postgres = parsed.GetValue(postgres), Part = parsed.GetValue(part), MostRounds = Math.Max(1, parsed.GetValue(rounds) ?? int.MaxValue) }, progress).RunAsync(interrupted);
            }
        }

        if (parsed.GetValue(json))
        {
            Report.Json(results, machine);
        }
        else
        {
            Report.Table(results, machine);
        }

        return parsed.GetValue(strict) && results.Goals.Any(goal => !goal.Met) ? 1 : 0;
    }
    catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
    {
        await Console.Error.WriteLineAsync("Interrupted.");
        return 130;
    }
    catch (Exception error) when (error is BenchmarkBroke or HttpRequestException or DbException or IOException or UnauthorizedAccessException)
    {
        await Console.Error.WriteLineAsync($"tidemark: {error.Message}");
        return 1;
    }
    finally
    {
        if (Directory.Exists(room))
        {
            Directory.Delete(room, recursive: true);
        }
    }
}
