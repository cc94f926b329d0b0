using System.Buffers;

namespace TrueCopy.Api.Tests;

public sealed class PooledBodyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(100_000)]
    public void A_body_is_what_was_written_however_much_it_grows(int capacity)
    {
        using var body = new PooledBody(capacity);
        var expected = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 200; i++)
        {
            byte[] part = [.. Enumerable.Range(i, 7 * i).Select(value => (byte)value)];
            body.Write(part);
            expected.Write(part);
            Assert.True(body.GetSpan(i).Length >= Math.Max(1, i));
        }

        Assert.Equal(expected.WrittenSpan, body.Written.Span);
    }

    [Fact]
    public void No_more_is_written_than_there_is_room_for()
    {
        using var body = new PooledBody(16);
        var room = body.GetMemory().Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => body.Advance(room + 1));
        body.Advance(room);
        Assert.Equal(room, body.Written.Length);
    }

    [Fact]
    public void What_was_given_back_is_not_given_back_again()
    {
        var body = new PooledBody(16);
        body.Write("answer"u8);
        body.Dispose();
        Assert.True(body.Written.IsEmpty);
        body.Dispose();
        using var one = new PooledBody(16);
        using var other = new PooledBody(16);
        one.Write("one"u8);
        other.Write("other"u8);
        Assert.Equal("one"u8, one.Written.Span);
        Assert.Equal("other"u8, other.Written.Span);
    }
}
