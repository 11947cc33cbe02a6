using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Tidemark.Sources;

/// <summary>The one place that turns HTTP statuses and broken connections into our failures.</summary>
internal static class HttpFailures
{
    /// <summary>An address as it may be shown and logged: without what may be secret in it, its user and its query.</summary>
    public static string Shown(this Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public static Failure Status(HttpStatusCode status, Uri address)
    {
        var code = (int)status;
        var mend = code switch
        {
            401 or 403 => "It asks for a sign-in that this source does not have.",
            404 or 410 => "Check the address.",
            429 => "It asks for fewer requests; poll less often.",
            >= 500 => "The fault is on its side; it is tried again at the next poll.",
            _ => "Open the address in a browser to see what it says.",
        };
        var kind = code is >= 500 or 429 or 408 ? FailureKind.Unreachable : FailureKind.BadInput;
        return new Failure(kind, "http_status", $"{address.Shown()} answered {code} {Reason(status)}.", mend);
    }

    /// <summary>A part was asked for, and what came, or that nothing did, does not fit what is here.</summary>
    public static Failure WrongRange(Uri address) =>
        new(FailureKind.BadInput, RangeCode, $"{address.Shown()} answered with another part than was asked for.", "It is fetched anew, from the start.");

    /// <summary>See <see cref="WrongRange"/>.</summary>
    public const string RangeCode = "wrong_range";

    public static Failure Unasked(HttpStatusCode status, Uri address) =>
        new(FailureKind.BadInput, "http_status", $"{address.Shown()} answered {(int)status} {Reason(status)}, for which nobody had asked.", "The fault is on its side; it is tried again at the next poll.");

    public static Failure Short(Uri address, long came, long whole) =>
        new(FailureKind.Unreachable, BrokenCode, $"{address.IdnHost} sent {came} of {whole} bytes and ended.", "It is tried again at the next poll.");

    /// <summary>The connection broke in the middle: what came may be gone on with.</summary>
    public const string BrokenCode = "connection_broken";

    public static Failure Untrusted(string machine, string why) =>
        new(FailureKind.Unreachable, "tls", $"The TLS certificate of {machine} is not to be trusted: {why}.", "Check its certificate and this machine's clock. A device's own certificate is taken where the source is on a private network: --private-network.");

    public static Failure Broken(Exception error, Uri address)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case RefusedAddressException refused:
                    return refused.Failure;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return new Failure(FailureKind.Unreachable, "name_unknown", $"The name '{address.IdnHost}' cannot be resolved.", "Check the address, and that DNS works on this machine.");
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return new Failure(FailureKind.Unreachable, "connection_refused", $"{address.IdnHost} does not listen on port {address.Port}.", "Check that it runs, and the port.");
                case SocketException { SocketErrorCode: SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.TimedOut } socket:
                    return new Failure(FailureKind.Unreachable, "unreachable", $"{address.IdnHost} cannot be reached: {socket.Message}.", "Check this machine's network.");
                case AuthenticationException:
                    return new Failure(FailureKind.Unreachable, "tls", $"The TLS certificate of {address.IdnHost} is not to be trusted: {inner.Message}", "Check its certificate and this machine's clock.");
            }
        }

        return new Failure(FailureKind.Unreachable, BrokenCode, $"The connection to {address.IdnHost} broke: {error.Message}", "It is tried again at the next poll.");
    }

    private static string Reason(HttpStatusCode status) => Enum.IsDefined(status) ? status.ToString() : "";
}
