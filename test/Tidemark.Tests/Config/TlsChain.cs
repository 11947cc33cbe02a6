using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tidemark.Tests.Config;

/// <summary>A certificate for localhost, and the intermediate that signed it, as an authority gives them out.</summary>
/// <param name="Pem">Both, the leaf first.</param>
internal sealed record TlsChain(string Pem, string KeyPem, string Intermediate)
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), To = From.AddYears(10);

    public static TlsChain Make()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Request("CN=Tide Root", rootKey, authority: true).CreateSelfSigned(From, To);
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Request("CN=Tide Intermediate", middleKey, authority: true).Create(root, From, To, [1]);
        using var middle = signed.CopyWithPrivateKey(middleKey);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Request("CN=localhost", leafKey, authority: false).Create(middle, From, To, [2]);
        return new TlsChain($"{leaf.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n", leafKey.ExportPkcs8PrivateKeyPem(), middle.Thumbprint);
    }

    private static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
