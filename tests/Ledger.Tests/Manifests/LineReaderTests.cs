using System.Text;
using CsCheck;

namespace TrueCopy.Ledger.Tests.Manifests;

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
    [InlineData("FFFE0000", 1, 1, "NUL")]
    [InlineData("FFFE610A00", 1, 1, "not UTF-16")]
    [InlineData("FFFE61000A0000D8", 2, 1, "not UTF-16")]
    [InlineData("FEFFDC00", 1, 1, "not UTF-16")]
    [InlineData("FFFE0D006100", 1, 1, "carriage return")]
    [InlineData("EFBB", 1, 1, "not UTF-8")]
    [InlineData("EFBB61", 1, 1, "not UTF-8")]
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

    [Theory]
    [InlineData("EFBBBF", "")]
    [InlineData("EFBBBF61", "a")]
    [InlineData("EFBBBF610AEFBBBF62", "a|\uFEFFb")]
    [InlineData("FFFE", "")]
    [InlineData("FFFE61000D000A003275", "a|甲")]
    [InlineData("FEFF0061000A7532", "a|甲")]
    [InlineData("FFFE3DD8C4DC", "📄")]
    public async Task A_byte_order_mark_says_how_to_read_and_is_no_part_of_the_first_line(string hex, string lines) =>
        Assert.Equal(lines, string.Join('|', await ReadAsync(Convert.FromHexString(hex))));

    [Fact]
    public async Task Names_may_be_in_any_encoding_where_only_digests_count()
    {
        var bytes = Convert.FromHexString("61FF0A62");
        await Assert.ThrowsAsync<LineException>(() => ReadAsync(bytes));
        var lines = new List<string>();
        await foreach (var line in LineReader.ReadNamesAsync(new MemoryStream(bytes), TestContext.Current.CancellationToken))
            lines.Add(Convert.ToHexString(line.Bytes.Span));
        Assert.Equal(["61FF", "62"], lines);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_with_or_without_an_end()
    {
        var longest = new string('x', LineReader.MaxLineLength);
        Assert.Equal([longest, "y"], await ReadAsync(Encoding.UTF8.GetBytes(longest + "\ny")));
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
            Assert.Equal([longest, "y"], await ReadAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(longest + "\ny")]));
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
            foreach (var encoding in new[] { new UTF8Encoding(false), Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
            {
                byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
                Assert.Equal(Outcome(new MemoryStream(bytes)), Outcome(new SlowStream(bytes, size)));
            }
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
