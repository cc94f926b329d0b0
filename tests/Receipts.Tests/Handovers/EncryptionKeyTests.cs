using CsCheck;

namespace TrueCopy.Receipts.Tests.Handovers;

/// <summary>Keys are written as age writes them; a slip of the pen is no other key.</summary>
public sealed class EncryptionKeyTests
{
    // Of the age specification's own page.
    private const string Known = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    [Fact]
    public void A_key_of_the_stock_tool_is_read_and_written_again()
    {
        Assert.True(EncryptionKey.TryParse(Known, out var key));
        Assert.Equal(Known, EncryptionKey.Encode(key));
    }

    [Fact]
    public void Any_bytes_come_back_and_any_four_wrong_characters_are_found() => Gen.Select(Gen.Byte.Array[32], Gen.Int[4, 61].Array[1, 4], Gen.Int[1, 31]).Sample(
        (bytes, places, by) =>
        {
            const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
            var text = EncryptionKey.Encode(bytes);
            Assert.True(EncryptionKey.TryParse(text, out var key) && key.AsSpan().SequenceEqual(bytes));
            var wrong = text.ToCharArray();
            foreach (var place in places.Distinct())
                wrong[place] = Alphabet[(Alphabet.IndexOf(wrong[place]) + by) % 32];
            Assert.False(EncryptionKey.TryParse(new string(wrong), out _));
        },
        iter: 500);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("age1")]
    [InlineData("AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ")]
    [InlineData("Age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")]
    [InlineData(" age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")]
    [InlineData("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwjq")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMw")]
    public void What_is_no_key_is_none(string? text) => Assert.False(EncryptionKey.TryParse(text, out _));

    [Fact]
    public void A_key_of_another_length_or_with_bits_left_over_is_none()
    {
        Assert.False(EncryptionKey.TryParse(Bech32.Encode("age", new byte[31]), out _));
        Assert.False(EncryptionKey.TryParse(Bech32.Encode("age", new byte[33]), out _));
        Assert.False(EncryptionKey.TryParse(Bech32.Encode("bge", new byte[32]), out _));
    }
}
