using System.Text.RegularExpressions;

namespace TrueCopy.Receipts.Tests.Inbox;

public sealed class StatedTextTests
{
    // Escaped, because what passes arguments on to tests knows no halves either.
    [Theory]
    [InlineData("\\uD800")]
    [InlineData("\\uDC00")]
    [InlineData("a\\uD800b")]
    [InlineData("\\uDC00\\uD800")]
    [InlineData("\\uFFFD\\uD800")]
    [InlineData("\\uD800 \\uFFFD")]
    public void Half_a_surrogate_pair_is_refused_whatever_else_the_text_holds(string text) =>
        Assert.NotNull(StatedText.CheckText("note", Regex.Unescape(text), 100));

    [Theory]
    [InlineData("\\uFFFD")]
    [InlineData("a\\uFFFD\\uD83D\\uDCC4")]
    [InlineData("\\uD83D\\uDCC4")]
    public void A_replacement_character_and_a_whole_pair_are_text_like_any_other(string text) =>
        Assert.Null(StatedText.CheckText("note", Regex.Unescape(text), 100));
}
