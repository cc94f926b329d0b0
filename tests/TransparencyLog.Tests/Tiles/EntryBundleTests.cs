using System.Buffers;
using CsCheck;

namespace TrueCopy.TransparencyLog.Tests.Tiles;

public sealed class EntryBundleTests
{
    [Fact]
    public void Entries_come_back_as_they_went_in() => Gen.Byte.Array[0, 300].Array[0, 20].Sample(entries =>
    {
        var parsed = EntryBundle.Parse(Bundle(entries), entries.Length);
        Assert.Equal(entries, parsed.Select(entry => entry.ToArray()));
    });

    [Fact]
    public void A_bundle_cut_anywhere_or_with_anything_after_it_is_refused()
    {
        var bundle = Bundle([1, 2, 3], [], [4, 5]);
        for (var length = 0; length < bundle.Length; length++)
            Assert.Throws<LogFormatException>(() => EntryBundle.Parse(bundle.AsMemory(0, length), 3));
        Assert.Throws<LogFormatException>(() => EntryBundle.Parse((byte[])[.. bundle, 0], 3));
        Assert.Throws<LogFormatException>(() => EntryBundle.Parse((byte[])[.. bundle, 0, 0], 3));
        Assert.Throws<LogFormatException>(() => EntryBundle.Parse(bundle, 2));
        Assert.Throws<LogFormatException>(() => EntryBundle.Parse(bundle, 4));
    }

    [Fact]
    public void An_entry_is_at_most_65535_bytes_long()
    {
        Assert.Equal(65_535, EntryBundle.Parse(Bundle(new byte[65_535]), 1)[0].Length);
        Assert.Throws<ArgumentException>(() => Bundle(new byte[65_536]));
    }

    [Fact]
    public void Whatever_is_accepted_is_written_back_byte_for_byte_and_nothing_else_is_thrown() => Mutation.Of(Bundle([1, 2, 3], [], [4, 5])).Sample(bytes =>
    {
        try
        {
            Assert.Equal(bytes, Bundle([.. EntryBundle.Parse(bytes, 3).Select(entry => entry.ToArray())]));
        }
        catch (LogFormatException)
        {
            // Refused, as documented.
        }
    });

    private static byte[] Bundle(params byte[][] entries)
    {
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var entry in entries)
            EntryBundle.Append(bundle, entry);
        return bundle.WrittenSpan.ToArray();
    }
}
