using System.Net;
using System.Net.Sockets;

namespace Tidemark.Sources;

/// <summary>
/// Invariant S1: which machines we may connect to for an address that somebody else's answer gave us. The host must be
/// the source's own or allowed by name, and the IP that is really connected to must be public, unless the operator said
/// that this source lies on a private network. Link-local addresses (cloud metadata services live there) are never
/// allowed.
/// </summary>
public sealed class AddressRules
{
    private static readonly (IPNetwork Network, bool Never)[] Special =
    [
        // IANA special-purpose address registries (RFC 6890 and its updates).
        (IPNetwork.Parse("0.0.0.0/8"), true), (IPNetwork.Parse("169.254.0.0/16"), true), (IPNetwork.Parse("224.0.0.0/3"), true),
        (IPNetwork.Parse("10.0.0.0/8"), false), (IPNetwork.Parse("100.64.0.0/10"), false), (IPNetwork.Parse("127.0.0.0/8"), false),
        (IPNetwork.Parse("172.16.0.0/12"), false), (IPNetwork.Parse("192.0.0.0/24"), false), (IPNetwork.Parse("192.168.0.0/16"), false),
        (IPNetwork.Parse("198.18.0.0/15"), false),
        (IPNetwork.Parse("::/128"), true), (IPNetwork.Parse("fe80::/10"), true), (IPNetwork.Parse("ff00::/8"), true), (IPNetwork.Parse("fd00:ec2::254/128"), true),
        (IPNetwork.Parse("::1/128"), false), (IPNetwork.Parse("fc00::/7"), false),
        // Addresses that carry an IPv4 address inside: 6to4, Teredo, NAT64. Nothing that we capture lies there.
        (IPNetwork.Parse("2002::/16"), true), (IPNetwork.Parse("2001::/32"), true), (IPNetwork.Parse("64:ff9b::/96"), true), (IPNetwork.Parse("64:ff9b:1::/48"), true),
    ];

    private readonly HashSet<string> hosts;
    private readonly bool privateNetwork;

    public AddressRules(SourceConfig source)
    {
        hosts = new HashSet<string>(source.AllowedHosts, StringComparer.OrdinalIgnoreCase);
        privateNetwork = source.PrivateNetwork;

        // A folder has no address, and asks nobody.
        if (Uri.TryCreate(source.Url, UriKind.Absolute, out var own))
        {
            hosts.Add(own.IdnHost);
            privateNetwork |= IsLiteralPrivate(own);
        }
    }

    /// <summary>True where the address itself names a private or loopback machine by number, or localhost.</summary>
    public static bool IsLiteralPrivate(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.IdnHost, out var ip) && Judge(ip) == Reach.Private);

    /// <summary>May this address be asked at all? Scheme and host only; the IP is judged when it is connected to.</summary>
    public Failure? CheckAddress(Uri address)
    {
        if (address.Scheme is not ("http" or "https"))
        {
            return Refused($"'{address.Scheme}:' addresses are not fetched", "Only http and https are.");
        }

        if (address.UserInfo.Length > 0)
        {
            return Refused("The address has a user name or password in it", "Addresses with secrets in them are not fetched.");
        }

        return hosts.Contains(address.IdnHost) ? null
            : Refused($"The address leads to the host '{address.IdnHost}', which this source may not use", $"If it is right, add the source with --allow-host {address.IdnHost}.");
    }

    /// <summary>May this machine be connected to?</summary>
    public Failure? CheckMachine(string host, IPAddress ip) => Judge(ip) switch
    {
        Reach.Public => null,
        Reach.Private when privateNetwork => null,
        Reach.Private => Refused($"'{host}' is at {ip}, a private address", "If the camera is on your own network, add the source with --private-network."),
        _ => Refused($"'{host}' is at {ip}, an address that is never connected to", "Check the address."),
    };

    private static Failure Refused(string message, string mend) => new(FailureKind.BadInput, "address_refused", message + ".", mend);

    private enum Reach { Public, Private, Never }

    private static Reach Judge(IPAddress ip)
    {
        if (ip.IsIPv4MappedToIPv6)
        {
            ip = ip.MapToIPv4();
        }

        foreach (var (network, never) in Special)
        {
            if (network.BaseAddress.AddressFamily == ip.AddressFamily && network.Contains(ip))
            {
                return never ? Reach.Never : Reach.Private;
            }
        }

        // Outside 2000::/3 nothing is globally routed; ::a.b.c.d is the deprecated way to hide an IPv4 address.
        return ip.AddressFamily == AddressFamily.InterNetworkV6 && (ip.GetAddressBytes()[0] & 0xE0) != 0x20 ? Reach.Never : Reach.Public;
    }
}
