namespace TrueCopy.Receipts.Tests.Handovers;

/// <summary>A name in a package is one that any system takes, and that leads nowhere else.</summary>
public sealed class PackagedNameTests
{
    [Theory]
    [InlineData("statement.pdf")]
    [InlineData("存款证明 2026.pdf")]
    [InlineData(".hidden")]
    [InlineData("console.txt")]
    [InlineData("com10.txt")]
    [InlineData("a..b")]
    [InlineData("-rf")]
    public void A_plain_name_is_taken(string name) => Assert.Null(PackagedName.Check(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/etc/passwd")]
    [InlineData("c:\\a")]
    [InlineData("c:")]
    [InlineData("a:stream")]
    [InlineData("a*")]
    [InlineData("a?")]
    [InlineData("a\"")]
    [InlineData("a<b")]
    [InlineData("a|b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u202efdp.exe")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a.")]
    [InlineData("CON")]
    [InlineData("nul.pdf")]
    [InlineData("Aux .pdf")]
    [InlineData("com1")]
    [InlineData("LPT9.tar.gz")]
    public void A_name_that_leads_elsewhere_or_does_not_show_is_refused(string name) => Assert.NotNull(PackagedName.Check(name));

    [Fact]
    public void A_name_has_at_most_200_bytes()
    {
        Assert.Null(PackagedName.Check(new string('a', 200)));
        Assert.NotNull(PackagedName.Check(new string('a', 201)));
        Assert.Null(PackagedName.Check(new string('界', 66)));
        Assert.NotNull(PackagedName.Check(new string('界', 67)));
        Assert.NotNull(PackagedName.Check("a\ud800"));
    }
}
