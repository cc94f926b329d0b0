using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace TrueCopy.Benchmarks.Ports;

/// <summary>
/// Blobs whose every write has reached a disk before it counts, file and folder both, as logs that keep themselves in files
/// write: what is read comes from memory.
/// </summary>
/// <param name="blobs">Where conditions are held to, and reads answered.</param>
/// <param name="folder">Where files go; a folder a container.</param>
internal sealed class WrittenBlobs(IBlobStore blobs, string folder) : IBlobStore
{
    private const int ReadOnlyFolder = 0x10000;
    private long _files;

    public Task<StoredBlob?> ReadAsync(BlobAddress blob, CancellationToken cancellationToken) => blobs.ReadAsync(blob, cancellationToken);

    public Task<ReadOnlyMemory<byte>?> ReadPartAsync(BlobAddress blob, long from, int most, CancellationToken cancellationToken) => blobs.ReadPartAsync(blob, from, most, cancellationToken);

    public Task<BlobFacts?> FindAsync(BlobAddress blob, CancellationToken cancellationToken) => blobs.FindAsync(blob, cancellationToken);

    public async Task<string?> TryWriteAsync(BlobAddress blob, ReadOnlyMemory<byte> content, BlobCondition condition, BlobHeaders headers, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, blob.Container, blob.Name);
        var next = $"{path}.{Interlocked.Increment(ref _files)}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = new FileStream(next, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.WriteThrough | FileOptions.Asynchronous))
            await file.WriteAsync(content, cancellationToken);
        if (await blobs.TryWriteAsync(blob, content, condition, headers, cancellationToken) is not { } etag)
        {
            File.Delete(next);
            return null;
        }

        File.Move(next, path, overwrite: true);
        await Task.Run(() => Flush(Path.GetDirectoryName(path)!), cancellationToken);
        return etag;
    }

    public Task DeleteAsync(BlobAddress blob, CancellationToken cancellationToken)
    {
        File.Delete(Path.Combine(folder, blob.Container, blob.Name));
        return blobs.DeleteAsync(blob, cancellationToken);
    }

    public IAsyncEnumerable<ListedBlob> ListAsync(string container, string prefix, CancellationToken cancellationToken) => blobs.ListAsync(container, prefix, cancellationToken);

    public Task<LeaseOutcome> TryLeaseAsync(BlobAddress blob, string leaseId, TimeSpan duration, CancellationToken cancellationToken) => blobs.TryLeaseAsync(blob, leaseId, duration, cancellationToken);

    public Task RenewLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => blobs.RenewLeaseAsync(blob, leaseId, cancellationToken);

    public Task ReleaseLeaseAsync(BlobAddress blob, string leaseId, CancellationToken cancellationToken) => blobs.ReleaseLeaseAsync(blob, leaseId, cancellationToken);

    // A name is only safe once its folder is, and the framework opens no folder. Windows writes names through by itself.
    private static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var opened = NativeMethods.Open(Encoding.UTF8.GetBytes(path + "\0"), OperatingSystem.IsLinux() ? ReadOnlyFolder : 0);
        if (opened < 0 || NativeMethods.Flush(opened) != 0 || NativeMethods.Close(opened) != 0)
            throw new Win32Exception();
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        public static extern int Open(byte[] path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static extern int Flush(int descriptor);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        public static extern int Close(int descriptor);
    }
}
