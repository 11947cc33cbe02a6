using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Tidemark.App.Api;

/// <summary>The page, built into the program and held compressed: it loads at once and needs no files beside it.</summary>
public sealed class PageFiles
{
    private const string Prefix = "page/";

    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly Dictionary<string, PageFile> files = Load();

    /// <summary>False where the program was built without the page.</summary>
    public bool Present => files.ContainsKey("index.html");

    public IResult Serve(HttpContext context)
    {
        var name = context.Request.Path.Value is { Length: > 1 } path ? path[1..] : "index.html";
        if (!files.TryGetValue(name, out var file))
        {
            return Present || name != "index.html"
                ? Problems.From(StatusCodes.Status404NotFound, "no_such_page", $"There is nothing at '/{name}'.", "Open the address '/'.")
                : Problems.From(StatusCodes.Status503ServiceUnavailable, "no_page", "This program was built without its page.", "Build it with './tidemark setup', which has Node.js do it; the API works all the same.");
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.ETag = file.Tag;
        // Vite puts a hash of the content into the names under assets/.
        headers.CacheControl = name.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = "Accept-Encoding";
        if (context.Request.Headers.IfNoneMatch.ToString() == file.Tag)
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        if (context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "br";
            return Results.Bytes(file.Brotli, file.ContentType);
        }

        return Results.Bytes(file.Plain, file.ContentType);
    }

    private static Dictionary<string, PageFile> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var plain = new byte[stream.Length];
            stream.ReadExactly(plain);
            var name = resource[Prefix.Length..].Replace('\\', '/');
            files[name] = new PageFile(plain, TypeOf(name));
        }

        return files;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".webmanifest" or ".json" => "application/json",
        _ => "application/octet-stream",
    };

    private sealed class PageFile(byte[] plain, string contentType)
    {
        private readonly Lazy<byte[]> brotli = new(() => Compress(plain));

        public byte[] Plain => plain;

        public byte[] Brotli => brotli.Value;

        public string ContentType => contentType;

        public string Tag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12))}\"";

        private static byte[] Compress(byte[] plain)
        {
            using var target = new MemoryStream();
            using (var brotli = new BrotliStream(target, CompressionLevel.Optimal))
            {
                brotli.Write(plain);
            }

            return target.ToArray();
        }
    }
}
