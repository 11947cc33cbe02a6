using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tidemark.Sources;

/// <summary>
/// Opens connections (S1): the IP that is really connected to is judged, and TLS is verified. A device of the source's own on
/// a private network may show a certificate that nobody vouches for; that is pinned on first use, by its key.
/// </summary>
internal sealed class OutsideConnections(AddressRules rules, CertificatePins? pins)
{
    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var (network, isPrivate) = await ConnectAsync(host, port, cancellation);
        if (context.InitialRequestMessage.RequestUri?.Scheme != Uri.UriSchemeHttps)
        {
            return network;
        }

        Failure? refused = null;
        var tls = new SslStream(network, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                // A session that is resumed shows no certificate to compare.
                AllowTlsResume = pins is null || !isPrivate,
                RemoteCertificateValidationCallback = (_, certificate, _, errors) => (refused = Judge($"{host}:{port}", isPrivate, certificate as X509Certificate2, errors)) is null,
            }, cancellation);
            return tls;
        }
        catch (AuthenticationException) when (refused is not null)
        {
            await tls.DisposeAsync();
            throw new RefusedAddressException(refused);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private Failure? Judge(string machine, bool isPrivate, X509Certificate2? certificate, SslPolicyErrors errors)
    {
        if (pins is null || !isPrivate || certificate is null)
        {
            return errors == SslPolicyErrors.None ? null : HttpFailures.Untrusted(machine, Words(errors));
        }

        // The key's hash, not the certificate's: a device that renews its certificate with the same key is the same device.
        var key = errors == SslPolicyErrors.None ? CertificatePins.Vouched : Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        return pins.Check(machine, key);
    }

    private static string Words(SslPolicyErrors errors) => errors switch
    {
        SslPolicyErrors.RemoteCertificateNotAvailable => "it shows none",
        SslPolicyErrors.RemoteCertificateNameMismatch => "it is for another name",
        _ => "nobody whom this machine trusts vouches for it, or it has expired",
    };

    private async Task<(NetworkStream Stream, bool Private)> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var addresses = await NameLookups.OfThisMachine.AddressesAsync(host, cancellation);
        Failure? refused = null;
        Exception? broken = null;
        foreach (var ip in addresses)
        {
            if (rules.CheckMachine(host, ip) is { } failure)
            {
                refused ??= failure;
                continue;
            }

            var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(ip, port), cancellation);
                return (new NetworkStream(socket, ownsSocket: true), AddressRules.IsPrivate(ip));
            }
            catch (Exception error)
            {
                socket.Dispose();
                if (error is OperationCanceledException)
                {
                    throw;
                }

                broken = error;
            }
        }

        throw broken ?? new RefusedAddressException(refused ?? new Failure(FailureKind.Unreachable, "name_unknown", $"'{host}' has no address."));
    }
}

/// <summary>Carries a refusal out of the connection callback.</summary>
internal sealed class RefusedAddressException(Failure failure) : IOException(failure.Message)
{
    public Failure Failure { get; } = failure;
}
