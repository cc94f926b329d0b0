using System.Text.Json;
using CsCheck;

namespace TrueCopy.Receipts.Tests;

/// <summary>What receipts and notes are written as.</summary>
public sealed class LinesConverterTests
{
    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("\n", "\"\\n\"")]
    [InlineData("log.example\n5\n\n— log.example AAAA\n", "\"log.example\\n5\\n\\n— log.example AAAA\\n\"")]
    [InlineData("a\"b", "\"a\\\"b\"")]
    [InlineData("a\\b", "\"a\\\\b\"")]
    [InlineData("a\rb\tc\0", "\"a\\rb\\tc\\u0000\"")]
    [InlineData("\u2028\u007f", "\"\\u2028\\u007F\"")]
    [InlineData("示范银行", "\"示范银行\"")]
    public void Lines_are_written_as_they_are_and_whatever_JSON_escapes_is_escaped(string text, string json) => Assert.Equal(json, Write(text));

    [Fact]
    public void Whatever_was_written_is_read_again() =>
        Gen.OneOf(Gen.String[Gen.Char[" \n\"\\—ab示\u2028\0"], 0, 40], Gen.String[0, 40].Where(text => !text.Any(char.IsSurrogate)))
            .Sample(text => JsonSerializer.Deserialize(Document(text), DocumentJson.Instance.CheckpointDocument)!.Note == text);

    [Fact]
    public void What_is_no_text_is_not_read() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"origin":"a","size":1,"root":"","note":1}""", DocumentJson.Instance.CheckpointDocument));

    private static string Document(string text) => JsonSerializer.Serialize(new CheckpointDocument("a", 1, "", text), DocumentJson.Instance.CheckpointDocument);

    private static string Write(string text)
    {
        var document = Document(text);
        const string Before = "\"note\":";
        return document[(document.IndexOf(Before, StringComparison.Ordinal) + Before.Length)..^1];
    }
}
