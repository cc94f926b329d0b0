using TrueCopy.Verification.Digests;

namespace TrueCopy.Cli;

/// <summary>Files on this machine: read, hashed, never sent to a verifier.</summary>
internal static class LocalFile
{
    /// <summary>Opens a file to be read once from start to end.</summary>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read,
                BufferSize = 0,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Hashes a file, with a bar if it is long.</summary>
    public static async Task<IReadOnlyList<Digest>> HashAsync(
        string path,
        IReadOnlyList<DigestAlgorithm> algorithms,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return await terminal.WithProgressAsync(
            $"hashing {Path.GetFileName(path)}",
            file.CanSeek ? file.Length : 0,
            progress => StreamDigest.ComputeAsync(file, algorithms, progress, cancellationToken));
    }

    /// <summary>Reads a small file, such as a receipt.</summary>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        const int Limit = 4 * 1024 * 1024;
        if (file.CanSeek && file.Length > Limit)
            throw new CommandException(ExitCode.Usage, $"{path} is too long for what it should be.");
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>Creates or replaces a file that is written bit by bit.</summary>
    public static FileStream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {exception.Message}", exception);
        }
    }

    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {exception.Message}", exception);
        }
    }
}
