using System.Text;
using CsCheck;
using TrueCopy.Verification.Manifests;

namespace TrueCopy.Verification.Tests.Manifests;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a", "a")]
    [InlineData("a\n", "a")]
    [InlineData("a\r\nb\r\n", "a", "b")]
    [InlineData("a\n\nb", "a", "", "b")]
    [InlineData("甲\r\n乙", "甲", "乙")]
    public async Task Lines_end_with_LF_or_CRLF_and_the_last_may_lack_its_end(string text, params string[] lines) =>
        Assert.Equal(lines, await ReadAsync(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("EFBBBF61", 1, 1, "byte order mark")]
    [InlineData("FFFE6100", 1, 1, "UTF-16")]
    [InlineData("FEFF0061", 1, 1, "UTF-16")]
    [InlineData("6100620063", 1, 2, "NUL")]
    [InlineData("610A620D63", 2, 2, "carriage return")]
    [InlineData("610AE794B2FF", 2, 2, "not UTF-8")]
    [InlineData("610AEDA080", 2, 1, "not UTF-8")]
    [InlineData("C0AF", 1, 1, "not UTF-8")]
    public async Task Encodings_with_a_second_reading_are_refused_where_they_are(string hex, int line, int column, string rule)
    {
        var fault = await Assert.ThrowsAsync<LineException>(() => ReadAsync(Convert.FromHexString(hex)));
        Assert.Equal((line, column), (fault.Line, fault.Column));
        Assert.Contains(rule, fault.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_with_or_without_an_end()
    {
        var longest = new string('x', LineReader.MaxLineLength);
        Assert.Equal([longest, "y"], await ReadAsync(Encoding.UTF8.GetBytes(longest + "\ny")));
        foreach (var end in new[] { "", "\n", new string('x', 200_000) })
        {
            var fault = await Assert.ThrowsAsync<LineException>(() => ReadAsync(Encoding.UTF8.GetBytes("a\n" + longest + "x" + end)));
            Assert.Equal((2, 1), (fault.Line, fault.Column));
        }
    }

    [Fact]
    public void However_the_stream_is_cut_into_reads_the_lines_are_the_same() =>
        Gen.Select(Gen.String[Gen.Char["a甲\n\r\"{ "], 0, 300], Gen.Int[1, 7]).Sample((text, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.Equal(Outcome(new MemoryStream(bytes)), Outcome(new SlowStream(bytes, size)));
        });

    [Fact]
    public void Any_bytes_are_lines_or_a_fault_with_a_place_and_nothing_worse() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        var outcome = Outcome(new MemoryStream(bytes));
        Assert.True(outcome.StartsWith("fault: line ", StringComparison.Ordinal) || outcome.StartsWith("lines: ", StringComparison.Ordinal), outcome);
    });

    private static string Outcome(Stream stream)
    {
        try
        {
            return "lines: " + string.Join('|', ReadAsync(stream).GetAwaiter().GetResult());
        }
        catch (LineException fault)
        {
            return "fault: " + fault.Message;
        }
    }

    private static Task<List<string>> ReadAsync(byte[] bytes) => ReadAsync(new MemoryStream(bytes));

    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        var lines = new List<string>();
        await foreach (var line in LineReader.ReadAsync(stream, TestContext.Current.CancellationToken))
        {
            Assert.Equal(lines.Count + 1, line.Number);
            lines.Add(Encoding.UTF8.GetString(line.Bytes.Span));
        }

        return lines;
    }

    private sealed class SlowStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
