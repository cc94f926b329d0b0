using System.Text;

namespace TrueCopy.Ledger.Tests.Witnessing;

/// <summary>A policy that the service could not keep to is refused when it is read, with its line or its reason.</summary>
public sealed class ServicePolicyTests
{
    private const string Origin = InMemoryWorld.Origin;
    private static readonly byte[] Seed = [1, .. new byte[31]];

    [Theory]
    [InlineData("log KEY\nwitness one W https://one.example/\nquorum on\n", "policy: line 3: \"on\" is not defined before this line")]
    [InlineData("log KEY\nwitness one W https://one.example/\nquorum one", "policy: line 3: the line does not end with a newline")]
    [InlineData("log KEY\nlog OTHER\nquorum none\n", "policy: the line of the log other.example is not this log's, which is log.example")]
    [InlineData("witness one W https://one.example/\nquorum one\n", "policy: it has no line for this log")]
    [InlineData("log KEY\nwitness one W\nquorum one\n", "policy: the quorum needs witnesses that have no address")]
    [InlineData("log KEY\nwitness one SELF https://one.example/\nquorum one\n", "policy: the witness one has the log's own name")]
    public void A_policy_with_a_mistake_is_refused_with_its_line_or_reason(string text, string expected)
    {
        using var key = new Ed25519Signer(Origin, Seed);
        using var other = new Ed25519Signer("other.example", [2, .. new byte[31]]);
        using var witness = new Ed25519Cosigner("one.example/w", Seed, TimeProvider.System);
        using var self = new Ed25519Cosigner(Origin, Seed, TimeProvider.System);
        text = text.Replace("KEY", key.Verifier.ToString(), StringComparison.Ordinal)
            .Replace("OTHER", other.Verifier.ToString(), StringComparison.Ordinal)
            .Replace(" W", $" {witness.Verifier}", StringComparison.Ordinal)
            .Replace("SELF", self.Verifier.ToString(), StringComparison.Ordinal);
        var refused = Assert.Throws<LogFormatException>(() => ServicePolicy.Parse(Encoding.UTF8.GetBytes(text), Origin, failOpen: false));
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_is_kept_byte_for_byte()
    {
        var world = new InMemoryWorld();
        var witnesses = new InMemoryWitnesses(world, 2);
        Assert.Equal(witnesses.PolicyText, Encoding.UTF8.GetString(witnesses.Policy.File.Span));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(witnesses.Policy.File.Span)), witnesses.Policy.Version);
    }
}
