using System.Security.Cryptography;

namespace TrueCopy.Client.Handovers;

/// <summary>
/// Seals what is written to it, in two chunks of memory whatever its length. It is whole only once <see cref="FinishAsync"/> was called:
/// what is given up halfway opens for nobody.
/// </summary>
internal sealed class AgeSealingStream : Stream
{
    public const int ChunkLength = 64 * 1024;
    private readonly Stream _output;
    private readonly ChunkCipher _cipher;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _plain = new byte[ChunkLength];
    private readonly byte[] _sealed = new byte[ChunkLength + ChunkCipher.TagLength];
    private int _filled;
    private long _chunk;

    private AgeSealingStream(Stream output, ChunkCipher cipher) => (_output, _cipher) = (output, cipher);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Bytes written to the output so far.</summary>
    public long SealedLength { get; private set; }

    /// <summary>Begins a file.</summary>
    /// <param name="output">Where it goes; not disposed.</param>
    /// <param name="recipient">The 32 bytes of the key that it is sealed to.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<AgeSealingStream> BeginAsync(Stream output, byte[] recipient, CancellationToken cancellationToken)
    {
        var fileKey = RandomNumberGenerator.GetBytes(AgeKeys.FileKeyLength);
        var nonce = RandomNumberGenerator.GetBytes(AgeKeys.NonceLength);
        var stream = new AgeSealingStream(output, ChunkCipher.Create(AgeKeys.PayloadKey(fileKey, nonce)));
        byte[] beginning = [.. AgeKeys.Wrap(fileKey, recipient), .. nonce];
        CryptographicOperations.ZeroMemory(fileKey);
        await output.WriteAsync(beginning, cancellationToken);
        stream.Count(beginning);
        return stream;
    }

    /// <summary>Seals the last chunk.</summary>
    /// <returns>The SHA-256 of the whole file.</returns>
    public async Task<Digest> FinishAsync(CancellationToken cancellationToken)
    {
        await _output.WriteAsync(SealChunk(isLast: true), cancellationToken);
        await _output.FlushAsync(cancellationToken);
        return new Digest(DigestAlgorithm.Sha256, _hash.GetHashAndReset());
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == ChunkLength)
                _output.Write(SealChunk(isLast: false).Span);
            buffer = buffer[Fill(buffer)..];
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == ChunkLength)
                await _output.WriteAsync(SealChunk(isLast: false), cancellationToken);
            buffer = buffer[Fill(buffer.Span)..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Does nothing: a chunk is written when it is full.</summary>
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Fill(ReadOnlySpan<byte> buffer)
    {
        var length = Math.Min(buffer.Length, ChunkLength - _filled);
        buffer[..length].CopyTo(_plain.AsSpan(_filled));
        _filled += length;
        return length;
    }

    private ReadOnlyMemory<byte> SealChunk(bool isLast)
    {
        Span<byte> nonce = stackalloc byte[ChunkCipher.NonceLength];
        ChunkCipher.WriteNonce(nonce, _chunk++, isLast);
        var length = _filled + ChunkCipher.TagLength;
        _cipher.Seal(nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(0, length));
        _filled = 0;
        Count(_sealed.AsSpan(0, length));
        return _sealed.AsMemory(0, length);
    }

    private void Count(ReadOnlySpan<byte> written)
    {
        _hash.AppendData(written);
        SealedLength += written.Length;
    }
}
