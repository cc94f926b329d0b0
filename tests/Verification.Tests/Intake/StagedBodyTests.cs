using System.Text;
using TrueCopy.TransparencyLog;
using TrueCopy.Verification.Intake;

namespace TrueCopy.Verification.Tests.Intake;

public sealed class StagedBodyTests
{
    [Fact]
    public void Staged_acts_come_back_as_they_went_in()
    {
        var act = Samples.Act("目录/对账单 \"1\".pdf");
        var decoded = Assert.Single(StagedBody.Decode(StagedBody.Encode([act])));
        Assert.Equal(act.Issuer with { Algorithms = [] }, decoded.Issuer with { Algorithms = [] } with { });
        Assert.Equal(act.Issuer.Algorithms, decoded.Issuer.Algorithms);
        Assert.Equal((act.Id, act.Kind, act.At, act.Position, act.Digest, act.Source), (decoded.Id, decoded.Kind, decoded.At, decoded.Position, decoded.Digest, decoded.Source));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"v":2}""")]
    public void Anything_else_is_refused(string body) => Assert.Throws<LogFormatException>(() => StagedBody.Decode(Encoding.UTF8.GetBytes(body)));
}
