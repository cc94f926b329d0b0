using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TrueCopy.Receipts.Digests;

/// <summary>
/// SM3 (GB/T 32905-2016) of bytes as they come. A round needs the round before, so blocks are compressed one after the other; but the
/// words that a block is expanded to (section 5.3.2) need that block alone, so those of as many blocks as a vector has lanes,
/// four or eight, are made side by side.
/// </summary>
internal sealed class Sm3
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = 32;

    private const int BlockLength = 64;
    private const int Words = 68;
    private const int Rounds = 64;
    private const int Rows = Words + Rounds;
    private const int ExpandedRows = Words - 16;
    private const int BegunRows = 4;

    private readonly uint[] _state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E];
    private readonly byte[] _begun = new byte[BlockLength];

    // Row j of the first 68 has word j of each block, row 68 + j the same combined with word j + 4.
    // Twice: while blocks are compressed by the one, those that follow are expanded into the other.
    private readonly Vector<uint>[] _rows = new Vector<uint>[2 * Rows];
    private int _filled;
    private long _length;

    // How many rows each block of those that are compressed expands for those that follow: all of them come to all.
    private static int RowsInBlock => (ExpandedRows - BegunRows) / Vector<uint>.Count;

    // Constant j of section 4.2, turned left by j bits as every round has it.
    private static ReadOnlySpan<uint> Constants =>
    [
        0x79CC4519, 0xF3988A32, 0xE7311465, 0xCE6228CB, 0x9CC45197, 0x3988A32F, 0x7311465E, 0xE6228CBC,
        0xCC451979, 0x988A32F3, 0x311465E7, 0x6228CBCE, 0xC451979C, 0x88A32F39, 0x11465E73, 0x228CBCE6,
        0x9D8A7A87, 0x3B14F50F, 0x7629EA1E, 0xEC53D43C, 0xD8A7A879, 0xB14F50F3, 0x629EA1E7, 0xC53D43CE,
        0x8A7A879D, 0x14F50F3B, 0x29EA1E76, 0x53D43CEC, 0xA7A879D8, 0x4F50F3B1, 0x9EA1E762, 0x3D43CEC5,
        0x7A879D8A, 0xF50F3B14, 0xEA1E7629, 0xD43CEC53, 0xA879D8A7, 0x50F3B14F, 0xA1E7629E, 0x43CEC53D,
        0x879D8A7A, 0x0F3B14F5, 0x1E7629EA, 0x3CEC53D4, 0x79D8A7A8, 0xF3B14F50, 0xE7629EA1, 0xCEC53D43,
        0x9D8A7A87, 0x3B14F50F, 0x7629EA1E, 0xEC53D43C, 0xD8A7A879, 0xB14F50F3, 0x629EA1E7, 0xC53D43CE,
        0x8A7A879D, 0x14F50F3B, 0x29EA1E76, 0x53D43CEC, 0xA7A879D8, 0x4F50F3B1, 0x9EA1E762, 0x3D43CEC5,
    ];

    /// <summary>Goes on with more bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_filled > 0)
        {
            var taken = Math.Min(BlockLength - _filled, bytes.Length);
            bytes[..taken].CopyTo(_begun.AsSpan(_filled));
            _filled += taken;
            bytes = bytes[taken..];
            if (_filled < BlockLength)
                return;
            Compress(_begun);
        }

        var whole = bytes.Length & -BlockLength;
        Compress(bytes[..whole]);
        bytes[whole..].CopyTo(_begun);
        _filled = bytes.Length - whole;
    }

    /// <summary>The hash of all that was appended; nothing can be appended afterwards.</summary>
    /// <param name="hash"><see cref="HashLength"/> bytes.</param>
    public void Finish(Span<byte> hash)
    {
        Span<byte> end = stackalloc byte[2 * BlockLength];
        _begun.AsSpan(0, _filled).CopyTo(end);
        end[_filled] = 0x80;
        end = end[..(_filled < BlockLength - sizeof(long) ? BlockLength : 2 * BlockLength)];
        BinaryPrimitives.WriteInt64BigEndian(end[^sizeof(long)..], _length * 8);
        Compress(end);
        for (var i = 0; i < _state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash[(i * sizeof(uint))..], _state[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compress(ReadOnlySpan<byte> blocks)
    {
        ref var current = ref _rows[0];
        ref var next = ref _rows[Rows];
        var count = Begin(ref current, blocks);
        for (var j = BegunRows; j < ExpandedRows; j++)
            Expand(ref Unsafe.Add(ref current, j));
        while (count > 0)
        {
            blocks = blocks[(count * BlockLength)..];
            var following = Begin(ref next, blocks);
            ref var row = ref Unsafe.Add(ref next, BegunRows);
            for (var block = 0; block < count; block++)
            {
                Compress(_state, ref Unsafe.Add(ref Unsafe.As<Vector<uint>, uint>(ref current), block), ref row);
                row = ref Unsafe.Add(ref row, RowsInBlock);
            }

            ref var done = ref current;
            current = ref next;
            next = ref done;
            count = following;
        }
    }

    /// <summary>Takes in as many blocks as there are lanes, and expands them as far as the rounds before do not. Lanes beyond them keep what was there, and nobody looks at it.</summary>
    /// <returns>How many.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Begin(ref Vector<uint> rows, ReadOnlySpan<byte> blocks)
    {
        var count = Math.Min(blocks.Length / BlockLength, Vector<uint>.Count);
        for (var block = 0; block < count; block++)
        {
            ref var word = ref Unsafe.Add(ref Unsafe.As<Vector<uint>, uint>(ref rows), block);
            for (var rest = blocks.Slice(block * BlockLength, BlockLength); !rest.IsEmpty; rest = rest[sizeof(uint)..])
            {
                word = BinaryPrimitives.ReadUInt32BigEndian(rest);
                word = ref Unsafe.Add(ref word, Vector<uint>.Count);
            }
        }

        for (var j = 0; j < 12; j++)
            Unsafe.Add(ref rows, Words + j) = Unsafe.Add(ref rows, j) ^ Unsafe.Add(ref rows, j + 4);
        for (var j = 0; j < BegunRows; j++)
            Expand(ref Unsafe.Add(ref rows, j));
        return count;
    }

    // One row more: word j + 16 of each block, from word j on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand(ref Vector<uint> row)
    {
        var mixed = row ^ Unsafe.Add(ref row, 7) ^ RotateLeft(Unsafe.Add(ref row, 13), 15);
        var word = mixed ^ RotateLeft(mixed, 15) ^ RotateLeft(mixed, 23) ^ RotateLeft(Unsafe.Add(ref row, 3), 7) ^ Unsafe.Add(ref row, 10);
        Unsafe.Add(ref row, 16) = word;
        Unsafe.Add(ref row, Words + 12) = Unsafe.Add(ref row, 12) ^ word;
    }

    private static Vector<uint> RotateLeft(Vector<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));

    // Four rounds move every variable to the next but three: they are written out so that no value has to move.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(uint[] state, ref uint w, ref Vector<uint> row)
    {
        ref var t = ref MemoryMarshal.GetReference(Constants);
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var j = 0; j < 16; j += 4)
        {
            Early(a, ref b, c, ref d, e, ref f, g, ref h, ref t, ref w);
            Early(d, ref a, b, ref c, h, ref e, f, ref g, ref Unsafe.Add(ref t, 1), ref Unsafe.Add(ref w, Vector<uint>.Count));
            Early(c, ref d, a, ref b, g, ref h, e, ref f, ref Unsafe.Add(ref t, 2), ref Unsafe.Add(ref w, 2 * Vector<uint>.Count));
            Early(b, ref c, d, ref a, f, ref g, h, ref e, ref Unsafe.Add(ref t, 3), ref Unsafe.Add(ref w, 3 * Vector<uint>.Count));
            t = ref Unsafe.Add(ref t, 4);
            w = ref Unsafe.Add(ref w, 4 * Vector<uint>.Count);
        }

        for (var j = 0; j < 12; j++)
        {
            Late(a, ref b, c, ref d, e, ref f, g, ref h, ref t, ref w);
            Late(d, ref a, b, ref c, h, ref e, f, ref g, ref Unsafe.Add(ref t, 1), ref Unsafe.Add(ref w, Vector<uint>.Count));
            Late(c, ref d, a, ref b, g, ref h, e, ref f, ref Unsafe.Add(ref t, 2), ref Unsafe.Add(ref w, 2 * Vector<uint>.Count));
            Late(b, ref c, d, ref a, f, ref g, h, ref e, ref Unsafe.Add(ref t, 3), ref Unsafe.Add(ref w, 3 * Vector<uint>.Count));
            t = ref Unsafe.Add(ref t, 4);
            w = ref Unsafe.Add(ref w, 4 * Vector<uint>.Count);

            // What has nothing to wait for fills the time in which each round waits for the one before.
            if (j < RowsInBlock)
            {
                Expand(ref row);
                row = ref Unsafe.Add(ref row, 1);
            }
        }

        state[0] ^= a;
        state[1] ^= b;
        state[2] ^= c;
        state[3] ^= d;
        state[4] ^= e;
        state[5] ^= f;
        state[6] ^= g;
        state[7] ^= h;
    }

    // Rounds 0 to 15 and 16 to 63 of section 5.3.3. Where a value is written, the next round has it under the next name. What
    // was there longest is added first, so that nothing waits for the round before but what has to.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Early(uint a, ref uint b, uint c, ref uint d, uint e, ref uint f, uint g, ref uint h, ref uint t, ref uint w)
    {
        d += Unsafe.Add(ref w, Words * Vector<uint>.Count);
        h += w;
        d += a ^ b ^ c;
        h += e ^ f ^ g;
        Round(a, ref b, ref d, e, ref f, ref h, ref t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Late(uint a, ref uint b, uint c, ref uint d, uint e, ref uint f, uint g, ref uint h, ref uint t, ref uint w)
    {
        d += Unsafe.Add(ref w, Words * Vector<uint>.Count);
        h += w;
        d += (b & c) | (a & (b | c));
        h += ((f ^ g) & e) ^ g;
        Round(a, ref b, ref d, e, ref f, ref h, ref t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, ref uint b, ref uint d, uint e, ref uint f, ref uint h, ref uint t)
    {
        var turned = BitOperations.RotateLeft(a, 12);
        var sum = BitOperations.RotateLeft(turned + t + e, 7);
        d += turned ^ sum;
        h += sum;
        h = h ^ BitOperations.RotateLeft(h, 9) ^ BitOperations.RotateLeft(h, 17);
        b = BitOperations.RotateLeft(b, 9);
        f = BitOperations.RotateLeft(f, 19);
    }
}
