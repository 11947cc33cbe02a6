using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tidemark.App.Config;

/// <summary>What HTTPS is served with.</summary>
/// <param name="Leaf">The first certificate of the file, with its private key.</param>
/// <param name="Chain">Every certificate of the file: clients want those between this one and the one that they trust.</param>
public sealed record TlsCertificate(X509Certificate2 Leaf, X509Certificate2Collection Chain)
{
    /// <summary>Reads both PEM files.</summary>
    /// <returns>Null, with the key of the option at fault and what is wrong, where they cannot be used.</returns>
    public static TlsCertificate? Read(string certificate, string key, out string option, out string fault)
    {
        (option, fault) = ("tls.certificate", "");
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            if (chain.Count == 0)
            {
                fault = $"'{certificate}' has no certificate in it; expected PEM, with '-----BEGIN CERTIFICATE-----'";
                return null;
            }

            option = "tls.key";
            return new TlsCertificate(X509Certificate2.CreateFromPemFile(certificate, key), chain);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            fault = option == "tls.key"
                ? $"'{key}' has no private key that fits the first certificate of '{certificate}'; expected PEM without a password"
                : $"'{certificate}' has a certificate that cannot be read: {error.Message.TrimEnd('.')}";
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            fault = $"it cannot be read: {error.Message.TrimEnd('.')}";
            return null;
        }
    }
}
