using System.Buffers;

namespace TrueCopy.Ledger;

/// <summary>
/// A body that is written into memory of the pool, which has it back once it is sent: not where sending failed or was given up, since what
/// sends it may still be reading.
/// </summary>
/// <param name="capacity">How many bytes it is likely to have.</param>
public sealed class PooledBody(int capacity) : IBufferWriter<byte>, IDisposable
{
    private const int Large = 1 << 20;

    // The shared pool keeps what one thread gave back for that thread, so that a journal's megabytes are allocated anew for each batch,
    // which the next thread writes. As many are kept as are under way at once for most: parts of a manifest on two cores, whose threads storage keeps waiting.
    private static readonly ArrayPool<byte> LargePool = ArrayPool<byte>.Create(maxArrayLength: 16 * Large, maxArraysPerBucket: 4);

    private byte[] _bytes = Rent(capacity);
    private int _length;

    /// <summary>What was written; valid until it is given back.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var least = Math.Max(sizeHint, 1);
        if (_bytes.Length - _length < least)
            Grow(_length + Math.Max(least, _length));
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Begins anew in the same memory, which nobody may be sending.</summary>
    public void Clear() => _length = 0;

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        var bytes = _bytes;
        (_bytes, _length) = ([], 0);
        if (bytes.Length > 0)
            Return(bytes);
    }

    private void Grow(int capacity)
    {
        var larger = Rent(capacity);
        Written.CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
    }

    private static byte[] Rent(int capacity) => capacity < Large ? ArrayPool<byte>.Shared.Rent(capacity) : LargePool.Rent(capacity);

    // One of just that length, which the shared pool may have given, is as good in the other.
    private static void Return(byte[] bytes) => (bytes.Length < Large ? ArrayPool<byte>.Shared : LargePool).Return(bytes);
}
