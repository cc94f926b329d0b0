namespace TrueCopy.Receipts.Tests.Digests;

/// <summary>A long stream that takes no memory.</summary>
internal sealed class GeneratedStream(long length) : MemoryStream
{
    private long _position;

    public long BreakAt { get; init; } = long.MaxValue;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_position >= BreakAt)
            throw new IOException("broken");
        var count = (int)Math.Min(buffer.Length, length - _position);
        _position += count;
        return new(count);
    }
}
