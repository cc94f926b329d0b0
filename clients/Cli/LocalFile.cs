using System.Buffers;
using System.Security.Cryptography;

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
        try
        {
            return await terminal.WithProgressAsync(
                $"hashing {Path.GetFileName(path)}",
                file.CanSeek ? file.Length : 0,
                progress => StreamDigest.ComputeAsync(file, algorithms, progress, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a small file, such as a receipt.</summary>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        const int Limit = 4 * 1024 * 1024;
        await using var file = Open(path);
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            // A device has no length, and no end.
            while (await file.ReadAsync(bytes.GetMemory(4096), cancellationToken) is > 0 and var read)
            {
                bytes.Advance(read);
                if (bytes.WrittenCount > Limit)
                    throw new CommandException(ExitCode.Usage, $"{path} is too long for what it should be.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be read: {exception.Message}", exception);
        }

        return bytes.WrittenSpan.ToArray();
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

    /// <summary>
    /// Writes a file whole or not at all, in the place of what is there: a link of that name, which whoever sent the folder
    /// may have put there, is replaced, and what it leads to left alone.
    /// </summary>
    public static async Task ReplaceAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var next = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.new";
        await WriteAsync(next, FileMode.CreateNew, bytes, cancellationToken);
        try
        {
            File.Move(next, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(next);
            throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Writes to where a user said, be it a link or a device.</summary>
    public static Task WriteAsync(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(path, FileMode.Create, bytes, cancellationToken);

    private static async Task WriteAsync(string path, FileMode mode, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            await using var file = new FileStream(path, mode, FileAccess.Write);
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{path} cannot be written: {exception.Message}", exception);
        }
    }
}
