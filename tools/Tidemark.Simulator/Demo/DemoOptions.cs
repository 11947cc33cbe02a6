namespace Tidemark.Simulator.Demo;

/// <summary>What the demo is asked to do.</summary>
/// <param name="Once">End after the work, with a report, instead of going on until it is interrupted.</param>
/// <param name="Directory">Where data, timelapse and report stay; null: a temporary folder that is removed at the end.</param>
/// <param name="Footage">Videos for the sites to show instead of drawn scenes.</param>
/// <param name="Port">The node's TCP port on 127.0.0.1; 0 takes any that is free.</param>
/// <param name="Frames">How many a site has from the start, over a day.</param>
/// <param name="App">The program whose commands are run.</param>
internal sealed record DemoOptions(bool Once, string? Directory, IReadOnlyList<string> Footage, int Port, int Frames, string App);
