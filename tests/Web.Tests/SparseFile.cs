namespace TrueCopy.Web.Tests;

/// <summary>A file of any size that takes no room: all zeros but for its last byte.</summary>
internal sealed class SparseFile : IDisposable
{
    public SparseFile(long size)
    {
        using var file = File.Create(Path);
        file.SetLength(size);
        file.Seek(size - 1, SeekOrigin.Begin);
        file.WriteByte(1);
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"truecopy-{Guid.NewGuid():N}.bin");

    public void Dispose() => File.Delete(Path);
}
