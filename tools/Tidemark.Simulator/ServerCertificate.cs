using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tidemark.Simulator;

/// <summary>
/// The self-signed certificate that the sites show, as cameras do: valid for 127.0.0.1 from 2000 to 2049, known to nobody.
/// Thread-safe.
/// </summary>
public sealed class ServerCertificate : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<X509Certificate2> before = [];
    private readonly HashSet<ConnectionContext> open = [];
    private X509Certificate2 current = Make();

    /// <summary>SHA-256 of the whole certificate, lower case hexadecimal.</summary>
    public string Fingerprint
    {
        get
        {
            lock (gate)
            {
                return current.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
            }
        }
    }

    /// <summary>Shows another one, with another key, from now on. Connections that saw the one before are ended, except <paramref name="asking"/>, which ends after its answer.</summary>
    public void Replace(string? asking = null)
    {
        ConnectionContext[] ending;
        lock (gate)
        {
            before.Add(current);
            current = Make();
            ending = [.. open.Where(connection => connection.ConnectionId != asking)];
        }

        foreach (var connection in ending)
        {
            connection.Abort(new ConnectionAbortedException("The certificate was replaced."));
        }
    }

    internal void Use(ListenOptions listen)
    {
        listen.Use(next => async connection =>
        {
            lock (gate)
            {
                open.Add(connection);
            }

            try
            {
                await next(connection);
            }
            finally
            {
                lock (gate)
                {
                    open.Remove(connection);
                }
            }
        });
        listen.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) =>
            {
                lock (gate)
                {
                    return current;
                }
            };
            // A session that is resumed shows no certificate.
            https.OnAuthenticate = (_, tls) => tls.AllowTlsResume = false;
        });
    }

    public void Dispose()
    {
        lock (gate)
        {
            current.Dispose();
            before.ForEach(one => one.Dispose());
        }
    }

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Tidemark simulated site", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2049, 12, 31, 0, 0, 0, TimeSpan.Zero));
    }
}
