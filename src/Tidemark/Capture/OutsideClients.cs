using Tidemark.Archive;
using Tidemark.Sources;

namespace Tidemark.Capture;

/// <summary>Makes each source its client, with the certificates of its own devices that this node knows, and the turns that all take at a host.</summary>
public sealed class OutsideClients(DataFolder folder, CaptureOptions options, TimeProvider time)
{
    private readonly HostLimits limits = new(options.PerHost, time);

    public OutsideClient Of(Source source) => new(new AddressRules(source.Config), time, options.Stall, PinsOf(source), limits);

    /// <summary>What the source's devices showed when they were first met.</summary>
    public CertificatePins PinsOf(Source source) => new(source.Id, Path.Combine(folder.State, source.Id + ".certificates.json"), source.Config.TrustedAt, time);
}
