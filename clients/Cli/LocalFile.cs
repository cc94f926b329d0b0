using System.Buffers;
using System.Security.Cryptography;

namespace TrueCopy.Cli;

/// <summary>Files on this machine: read, hashed, never sent to a verifier.</summary>
internal static class LocalFile
{
    /// <summary>What stands for standard input where a file is taken; a file of that name is <c>./-</c>.</summary>
    public const string StandardInput = "-";

    private const int LongestAtOnce = 64 * 1024;
    private const int LongestSmallFile = 4 * 1024 * 1024;
    private const int LongestStatus = 64 * 1024 * 1024;

    /// <summary>Opens a file to be read once from start to end.</summary>
    public static Stream Open(string path) => Try(path, "read", () => path == StandardInput
        ? Console.OpenStandardInput()
        : new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read,
            BufferSize = 0,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
        }));

    /// <summary>Hashes a file, with a bar if it is long.</summary>
    public static async Task<IReadOnlyList<Digest>> HashAsync(
        string path,
        IReadOnlyList<DigestAlgorithm> algorithms,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return await TryAsync(path, "read", async () =>
        {
            if (ReadAtOnce(file) is { } whole)
                return StreamDigest.Compute(whole.Span, algorithms);
            return await terminal.WithProgressAsync(
                $"hashing {Path.GetFileName(path)}",
                file.CanSeek ? file.Length : 0,
                progress => StreamDigest.ComputeAsync(file, algorithms, progress, cancellationToken));
        });
    }

    // To hand a few bytes from thread to thread takes longer than to read them. Null for a file of more, or of nobody knows how many.
    private static ReadOnlyMemory<byte>? ReadAtOnce(Stream file)
    {
        if (!file.CanSeek || file.Length is 0 or > LongestAtOnce)
            return null;
        var bytes = new byte[file.Length + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length < bytes.Length)
            return bytes.AsMemory(0, length);
        file.Position = 0;
        return null;
    }

    /// <summary>Reads a small file, such as a receipt.</summary>
    public static Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, LongestSmallFile, cancellationToken);

    /// <summary>Reads the kept status of a log, which grows with what was revoked.</summary>
    public static Task<byte[]> ReadLongAsync(string path, CancellationToken cancellationToken) => ReadAsync(path, LongestStatus, cancellationToken);

    private static async Task<byte[]> ReadAsync(string path, int longest, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return await TryAsync(path, "read", async () =>
        {
            // A device has no length, and no end.
            var bytes = new ArrayBufferWriter<byte>();
            while (await file.ReadAsync(bytes.GetMemory(4096), cancellationToken) is > 0 and var read)
            {
                bytes.Advance(read);
                if (bytes.WrittenCount > longest)
                    throw new CommandException(ExitCode.Usage, $"{path} is too long for what it should be.");
            }

            return bytes.WrittenSpan.ToArray();
        });
    }

    /// <summary>Creates or replaces a file that is written bit by bit.</summary>
    public static FileStream Create(string path) => Try(path, "written", () => new FileStream(path, FileMode.Create, FileAccess.Write));

    /// <summary>Creates a file where nothing may be.</summary>
    /// <param name="path">Where.</param>
    /// <param name="onlyOwner">Whether nobody else may read it, where a system knows such a thing of files.</param>
    public static FileStream CreateNew(string path, bool onlyOwner = false)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous };
        if (onlyOwner && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return Try(path, "written", () => new FileStream(path, options));
    }

    /// <summary>
    /// Writes a file whole or not at all, in the place of what is there: a link of that name, which whoever sent the folder
    /// may have put there, is replaced, and what it leads to left alone.
    /// </summary>
    /// <param name="path">Where.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="overwrite">Whether there may be something; if not, what is there stays as it is.</param>
    public static async Task ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken, bool overwrite = true)
    {
        var next = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.new";
        await WriteAsync(next, path, FileMode.CreateNew, bytes, cancellationToken);
        try
        {
            File.Move(next, path, overwrite);
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            File.Delete(next);
            throw Fault(path, "written", exception);
        }
    }

    /// <summary>Writes to where a user said, be it a link or a device.</summary>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(path, path, FileMode.Create, bytes, cancellationToken);

    /// <summary>What is told of a file that cannot be read, written or listed.</summary>
    public static CommandException Fault(string path, string done, Exception exception) =>
        new(ExitCode.Usage, $"{(path == StandardInput ? "standard input" : path.Length == 0 ? "\"\"" : path)} cannot be {done}: {FileFault.Of(exception, path)}.", exception);

    private static Task<int> WriteAsync(string path, string told, FileMode mode, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => TryAsync(told, "written", async () =>
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        await using var file = new FileStream(path, mode, FileAccess.Write);
        await file.WriteAsync(bytes, cancellationToken);
        return bytes.Length;
    });

    private static T Try<T>(string path, string done, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            throw Fault(path, done, exception);
        }
    }

    private static async Task<T> TryAsync<T>(string path, string done, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception exception) when (FileFault.Is(exception))
        {
            throw Fault(path, done, exception);
        }
    }
}
