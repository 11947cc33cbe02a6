using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tidemark.Archive;

/// <summary>SHA-256 of files, read once from start to end in large pieces.</summary>
internal static partial class FileSum
{
    private const int Piece = 1 << 20;
    private const int Sequential = 2, DropFromCache = 4;

    [ThreadStatic]
    private static byte[]? buffer;

    /// <param name="fromDisk">True: what the system has in memory of it is dropped first, so that the disk itself is read. What was not synced stays in memory, so sync before.</param>
    /// <param name="read">Told how many bytes were read.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Of(string path, bool fromDisk, Action<long>? read, CancellationToken cancellation) => Of(path, fromDisk, null, read, cancellation);

    /// <summary>The same, and writes what it reads to a second file meanwhile.</summary>
    public static byte[] Of(string path, bool fromDisk, SafeFileHandle? copy, Action<long>? read, CancellationToken cancellation)
    {
        // Shared with everybody, or .NET would take a lock, which some network file systems are slow at.
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        if (fromDisk)
        {
            _ = posix_fadvise(file, 0, 0, DropFromCache);
        }

        var bytes = buffer ??= GC.AllocateUninitializedArray<byte>(Piece, pinned: true);
        var length = RandomAccess.Read(file, bytes, 0);
        if (length < Piece)
        {
            // Most frames are small: one read, one sum, and a second read that says that this was all.
            if (length == 0 || RandomAccess.Read(file, bytes.AsSpan(length, 1), length) == 0)
            {
                if (copy is not null)
                {
                    RandomAccess.Write(copy, bytes.AsSpan(0, length), 0);
                }

                read?.Invoke(length);
                return SHA256.HashData(bytes.AsSpan(0, length));
            }

            length++;
        }

        _ = posix_fadvise(file, 0, 0, Sequential);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long position = 0; length > 0; length = RandomAccess.Read(file, bytes, position))
        {
            cancellation.ThrowIfCancellationRequested();
            sum.AppendData(bytes, 0, length);
            if (copy is not null)
            {
                RandomAccess.Write(copy, bytes.AsSpan(0, length), position);
            }

            read?.Invoke(length);
            position += length;
        }

        return sum.GetHashAndReset();
    }

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);
}
