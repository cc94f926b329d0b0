namespace TrueCopy.Client.Handovers;

/// <summary>
/// Opens a sealed file anywhere in it, in two chunks of memory. No byte is handed out that is not authentic, and that the file is whole is
/// known before the first: the last chunk is opened first, and says that it is the last.
/// </summary>
internal sealed class AgeOpeningStream : Stream
{
    private const int SealedLength = AgeSealingStream.ChunkLength + ChunkCipher.TagLength;
    private readonly Stream _file;
    private readonly ChunkCipher _cipher;
    private readonly long _begin;
    private readonly long _chunks;
    private readonly byte[] _sealed = new byte[SealedLength];
    private readonly byte[] _plain = new byte[AgeSealingStream.ChunkLength];
    private long _opened = -1;
    private long _position;

    private AgeOpeningStream(Stream file, ChunkCipher cipher, long begin, long chunks, long length, AgeIdentity identity)
    {
        (_file, _cipher, _begin, _chunks) = (file, cipher, begin, chunks);
        (Length, Identity) = (length, identity);
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    /// <summary>Length of what was sealed.</summary>
    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>The identity that it is sealed to.</summary>
    public AgeIdentity Identity { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="file">The sealed file, from its beginning to its end; seekable, not disposed.</param>
    /// <param name="identities">Those that may open it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PackageException">It is sealed to none of them, malformed, or cut off.</exception>
    public static async Task<AgeOpeningStream> OpenAsync(Stream file, IReadOnlyList<AgeIdentity> identities, CancellationToken cancellationToken)
    {
        var beginning = new byte[Math.Min(file.Length, AgeHeader.MaxLength + AgeKeys.NonceLength)];
        file.Position = 0;
        await file.ReadExactlyAsync(beginning, cancellationToken);
        var header = AgeHeader.Parse(beginning);
        var (fileKey, identity) = AgeKeys.Unwrap(header, identities);
        var begin = header.Length + AgeKeys.NonceLength;
        var payload = file.Length - begin;
        var chunks = Math.Max(1, (payload + SealedLength - 1) / SealedLength);
        var length = payload - (chunks * ChunkCipher.TagLength);
        if (length < (chunks - 1) * AgeSealingStream.ChunkLength)
            throw CutOff();
        var key = AgeKeys.PayloadKey(fileKey, beginning.AsSpan(header.Length, AgeKeys.NonceLength));
        var stream = new AgeOpeningStream(file, ChunkCipher.Create(key), begin, chunks, length, identity);
        var last = await stream.OpenChunkAsync(chunks - 1, cancellationToken);
        return last == 0 && chunks > 1 ? throw AgeHeader.Malformed("its last chunk is empty") : stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
            return 0;
        var chunk = _position / AgeSealingStream.ChunkLength;
        await OpenChunkAsync(chunk, cancellationToken);
        return Take(chunk, buffer.Span);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || _position >= Length)
            return 0;
        var chunk = _position / AgeSealingStream.ChunkLength;
        if (_opened != chunk)
        {
            _file.Position = _begin + (chunk * SealedLength);
            var length = SealedLengthOf(chunk);
            _file.ReadExactly(_sealed.AsSpan(0, length));
            Authenticate(chunk, length);
        }

        return Take(chunk, buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _cipher.Dispose();
        base.Dispose(disposing);
    }

    private static PackageException CutOff() => AgeHeader.Malformed("it is cut off");

    private int Take(long chunk, Span<byte> buffer)
    {
        var within = (int)(_position - (chunk * AgeSealingStream.ChunkLength));
        var length = Math.Min(buffer.Length, LengthOf(chunk) - within);
        _plain.AsSpan(within, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    private int LengthOf(long chunk) => (int)Math.Min(AgeSealingStream.ChunkLength, Length - (chunk * AgeSealingStream.ChunkLength));

    private int SealedLengthOf(long chunk) => LengthOf(chunk) + ChunkCipher.TagLength;

    private async ValueTask<int> OpenChunkAsync(long chunk, CancellationToken cancellationToken)
    {
        if (_opened != chunk)
        {
            _file.Position = _begin + (chunk * SealedLength);
            var length = SealedLengthOf(chunk);
            await _file.ReadExactlyAsync(_sealed.AsMemory(0, length), cancellationToken);
            Authenticate(chunk, length);
        }

        return LengthOf(chunk);
    }

    private void Authenticate(long chunk, int length)
    {
        Span<byte> nonce = stackalloc byte[ChunkCipher.NonceLength];
        ChunkCipher.WriteNonce(nonce, chunk, isLast: chunk == _chunks - 1);
        _opened = -1;
        if (!_cipher.TryOpen(nonce, _sealed.AsSpan(0, length), _plain.AsSpan(0, length - ChunkCipher.TagLength)))
            throw AgeHeader.Malformed("it was altered, cut off or added to");
        _opened = chunk;
    }
}
