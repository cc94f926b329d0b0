using System.Text;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api.Tests;

/// <summary>Who may act for an institution behind the platform's built-in authentication.</summary>
public sealed class SignedInGateTests
{
    private readonly SignedInGate _gate = new(
        new Dictionary<string, string[]> { ["bank"] = ["aaaa-1", "group-1"], ["registry"] = [] },
        new Dictionary<string, string[]> { ["lender"] = ["bbbb-1"], ["bank"] = ["bbbb-2"] });

    [Fact]
    public async Task A_named_principal_is_admitted_to_its_own_issuer_only()
    {
        Assert.True(await AdmitsAsync("bank", "AAAA-1"));
        Assert.False(await AdmitsAsync("bank", "aaaa-2"));
        Assert.False(await AdmitsAsync("registry", "aaaa-1"));
        Assert.False(await AdmitsAsync("nobody", "aaaa-1"));
    }

    [Fact]
    public async Task Who_acts_for_an_issuer_acts_for_no_receiver_of_the_same_id_and_the_other_way_round()
    {
        var clerk = new DefaultHttpContext();
        clerk.Request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = "bbbb-2";
        Assert.True(await _gate.AdmitsReceiverAsync(clerk, "bank", TestContext.Current.CancellationToken));
        Assert.False(await _gate.AdmitsIssuerAsync(clerk, "bank", TestContext.Current.CancellationToken));
        Assert.False(await _gate.AdmitsReceiverAsync(clerk, "lender", TestContext.Current.CancellationToken));
        var issuer = new DefaultHttpContext();
        issuer.Request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = "aaaa-1";
        Assert.False(await _gate.AdmitsReceiverAsync(issuer, "bank", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_member_of_a_named_group_is_admitted()
    {
        Assert.True(await AdmitsAsync("bank", "someone", """{"auth_typ":"aad","claims":[{"typ":"name","val":"group-2"},{"typ":"groups","val":"group-1"}]}"""));
        Assert.False(await AdmitsAsync("bank", "someone", """{"auth_typ":"aad","claims":[{"typ":"name","val":"group-1"},{"typ":"groups","val":"group-2"}]}"""));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"claims":1}""")]
    [InlineData("""{"claims":[{}]}""")]
    [InlineData("""{"claims":[{"typ":"groups","val":1}]}""")]
    [InlineData("""{"claims":[null]}""")]
    public async Task A_principal_that_the_platform_does_not_write_names_nobody(string principal) =>
        Assert.False(await AdmitsAsync("bank", "someone", principal));

    [Fact]
    public async Task Nobody_is_admitted_without_a_header_or_with_two()
    {
        Assert.False(await _gate.AdmitsIssuerAsync(new DefaultHttpContext(), "bank", TestContext.Current.CancellationToken));
        var twice = new DefaultHttpContext();
        twice.Request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = new(["aaaa-1", "aaaa-1"]);
        Assert.False(await _gate.AdmitsIssuerAsync(twice, "bank", TestContext.Current.CancellationToken));
        var broken = new DefaultHttpContext();
        broken.Request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = "someone";
        broken.Request.Headers["X-MS-CLIENT-PRINCIPAL"] = "not base64!";
        Assert.False(await _gate.AdmitsIssuerAsync(broken, "bank", TestContext.Current.CancellationToken));
    }

    private async Task<bool> AdmitsAsync(string issuer, string id, string? principal = null)
    {
        var caller = new DefaultHttpContext();
        caller.Request.Headers["X-MS-CLIENT-PRINCIPAL-ID"] = id;
        if (principal is not null)
            caller.Request.Headers["X-MS-CLIENT-PRINCIPAL"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(principal));
        return await _gate.AdmitsIssuerAsync(caller, issuer, TestContext.Current.CancellationToken);
    }
}
