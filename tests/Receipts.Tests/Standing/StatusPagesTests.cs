using CsCheck;

namespace TrueCopy.Receipts.Tests.Standing;

/// <summary>Pages on their way are few bytes, and are read in the one way that they are written.</summary>
public sealed class StatusPagesTests
{
    [Fact]
    public void Each_page_follows_its_distance_from_the_one_before()
    {
        var page = new byte[StatusPage.Length];
        var bytes = StatusPages.Encode([new(0, page), new(1, page), new(130, page), new(20_000, page)]);
        Assert.Equal([0, 0, 0x80, 1, 0x9D, 0x9B, 1], bytes[..1].Concat(bytes[65..66]).Concat(bytes[130..132]).Concat(bytes[196..199]));
        Assert.Equal([0, 1, 130, 20_000], StatusPages.Decode(bytes, 20_001).Select(each => each.Key));
    }

    [Fact]
    public void What_was_written_is_read()
    {
        var page = Gen.Byte.Array[StatusPage.Length];
        Gen.Select(Gen.Long[0, 1L << 45].HashSet[0, 20], page.Array[20, 20]).Sample((numbers, pages) =>
        {
            var written = numbers.Order().Select((number, i) => new KeyValuePair<long, ReadOnlyMemory<byte>>(number, pages[i])).ToArray();
            var read = StatusPages.Decode(StatusPages.Encode(written), (1L << 45) + 1);
            Assert.Equal(written.Select(each => (each.Key, Convert.ToHexString(each.Value.Span))), read.Select(each => (each.Key, Convert.ToHexString(each.Value.Span))));
        });
    }

    [Fact]
    public void What_is_cut_off_beyond_the_end_or_spelt_in_another_way_is_refused()
    {
        var page = new byte[StatusPage.Length];
        byte[][] bad =
        [
            [5, .. page],
            [4, .. page, 0, .. page],
            [0],
            [0x80],
            [0x80, 0, .. page],
            [0, .. page, 0],
            [0, .. page[1..]],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, .. page],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, .. page],
        ];
        Assert.Single(StatusPages.Decode((byte[])[4, .. page], 5));
        Assert.All(bad, bytes => Assert.Throws<LogFormatException>(() => StatusPages.Decode(bytes, 5)));
        Assert.Throws<ArgumentException>(() => StatusPages.Encode([new(1, page), new(1, page)]));
    }

    [Fact]
    public void Whatever_is_read_is_refused_or_has_one_spelling()
    {
        var page = new byte[StatusPage.Length];
        Samples.Damage(StatusPages.Encode([new(0, page), new(3, page), new(200, page)])).Sample(
            damaged =>
            {
                try
                {
                    Assert.Equal(damaged, StatusPages.Encode(StatusPages.Decode(damaged, 1 << 20)));
                }
                catch (LogFormatException)
                {
                    // Refused as documented.
                }
            },
            iter: 5000);
    }
}
