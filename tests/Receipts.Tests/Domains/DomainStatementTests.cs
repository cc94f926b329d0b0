using System.Text;

namespace TrueCopy.Receipts.Tests.Domains;

/// <summary>What an institution states on its own domain: read strictly, and compared with the log's keys that are known.</summary>
public sealed class DomainStatementTests
{
    private static readonly NoteVerifier Key = new Ed25519Signer("log.example", new byte[32]).Verifier;
    private static readonly NoteVerifier Other = new Ed25519Signer("log.example", [.. Enumerable.Repeat((byte)1, 32)]).Verifier;
    private static readonly NoteVerifier OfOtherLog = new Ed25519Signer("other.example", new byte[32]).Verifier;

    [Fact]
    public void It_confirms_the_issuer_that_it_names_under_a_key_that_is_known()
    {
        Assert.Equal((DomainWord.Confirmed, null), Judge(Statement(Log("bank", Key))));
        Assert.Equal((DomainWord.Confirmed, null), Judge(Statement(Log("other", Other), Log("bank", Other, Key))));
    }

    [Fact]
    public void It_contradicts_where_it_names_another_issuer_or_other_keys_of_this_log()
    {
        Assert.Equal(DomainWord.Contradicted, Judge(Statement(Log("trust", Key))).Word);
        Assert.Equal(DomainWord.Contradicted, Judge(Statement(Log("bank", Other))).Word);
    }

    [Fact]
    public void It_states_nothing_where_it_does_not_name_the_log()
    {
        Assert.Equal((DomainWord.NotStated, null), Judge(Statement()));
        Assert.Equal((DomainWord.NotStated, null), Judge(Statement($$"""{"origin":"other.example","issuer":"bank","keys":["{{OfOtherLog}}"]}""")));
    }

    [Fact]
    public void Members_of_later_versions_are_ignored() =>
        Assert.Equal(DomainWord.Confirmed, DomainStatement.Parse(Bytes($$"""{"v":1,"contact":{"mail":"a@b"},"logs":[{{Log("bank", Key)}}]}""")).Judge("bank", [Key]).Word);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("""{"v":1}""")]
    [InlineData("""{"v":2,"logs":[]}""")]
    [InlineData("""{"v":"1","logs":[]}""")]
    [InlineData("""{"v":1,"logs":null}""")]
    [InlineData("""{"v":1,"logs":[null]}""")]
    [InlineData("""{"v":1,"v":1,"logs":[]}""")]
    [InlineData("""{"v":1,"logs":[{"origin":"log.example","issuer":"bank"}]}""")]
    [InlineData("""{"v":1,"logs":[{"origin":"log.example","issuer":"bank","keys":[]}]}""")]
    [InlineData("""{"v":1,"logs":[{"origin":"log.example","issuer":"bank","keys":["nonsense"]}]}""")]
    [InlineData("""{"v":1,"logs":[{"origin":"","issuer":"bank","keys":["nonsense"]}]}""")]
    [InlineData("""{"v":1,"logs":[{"origin":"log\u202E","issuer":"bank","keys":["nonsense"]}]}""")]
    [InlineData("""{"v":1,"logs":[{"origin":"log.example","issuer":"../bank","keys":["nonsense"]}]}""")]
    public void Anything_else_is_refused(string text) => Assert.Throws<LogFormatException>(() => DomainStatement.Parse(Bytes(text)));

    [Fact]
    public void Too_much_of_anything_is_refused_with_the_rule()
    {
        Assert.Contains("16384", Refusal($$"""{"v":1,"logs":[{{Log("bank", Key)}}]}{{new string(' ', DomainStatement.MaxLength)}}"""), StringComparison.Ordinal);
        Assert.Contains("16 logs", Refusal(Statement([.. Enumerable.Repeat(Log("bank", Key), 17)])), StringComparison.Ordinal);
        Assert.Contains("16 keys", Refusal(Statement(Log("bank", [.. Enumerable.Repeat(Key, 17)]))), StringComparison.Ordinal);
        Assert.Contains("another log", Refusal(Statement(Log("bank", Key, OfOtherLog))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bank.hk", "bank.hk")]
    [InlineData("Bank.COM.hk", "bank.com.hk")]
    [InlineData("银行.中国", "xn--jn2a72x.xn--fiqs8s")]
    [InlineData("bank", null)]
    [InlineData("", null)]
    [InlineData("bank.hk:8443", null)]
    [InlineData("bank.hk/x", null)]
    [InlineData("user@bank.hk", null)]
    [InlineData("bank .hk", null)]
    [InlineData("bank..hk", null)]
    [InlineData("-bank.hk", null)]
    [InlineData("bank_1.hk", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("[::1]", null)]
    [InlineData("169.254.169.254", null)]
    public void A_domain_is_a_name_and_nothing_else(string stated, string? ascii) => Assert.Equal(ascii, DomainName.ToAscii(stated));

    [Theory]
    [InlineData("bank.example", true)]
    [InlineData("www.example.com", true)]
    [InlineData("metadata.google.internal", true)]
    [InlineData("db.local", true)]
    [InlineData("a.localhost", true)]
    [InlineData("myexample.com", false)]
    [InlineData("bank.hk", false)]
    public void Names_that_are_nobodys_are_known(string name, bool reserved) => Assert.Equal(reserved, DomainName.IsReserved(name));

    private static (DomainWord Word, string? Reason) Judge(string statement) => DomainStatement.Parse(Bytes(statement)).Judge("bank", [Key]);

    private static string Refusal(string statement) => Assert.Throws<LogFormatException>(() => DomainStatement.Parse(Bytes(statement))).Message;

    private static string Statement(params string[] logs) => $$"""{"v":1,"logs":[{{string.Join(',', logs)}}]}""";

    private static string Log(string issuer, params NoteVerifier[] keys) =>
        $$"""{"origin":"log.example","issuer":"{{issuer}}","keys":[{{string.Join(',', keys.Select(key => $"\"{key}\""))}}]}""";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
