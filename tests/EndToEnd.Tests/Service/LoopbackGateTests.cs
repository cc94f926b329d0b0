using System.Net;

namespace TrueCopy.EndToEnd.Tests.Service;

/// <summary>Who may ask the service on this machine what it tells no others.</summary>
public sealed class LoopbackGateTests(OnLocal running) : IClassFixture<OnLocal>, IDisposable
{
    private readonly HttpClient _http = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task References_are_told_to_this_machine_only_and_not_to_pages_whose_name_leads_here()
    {
        foreach (var (host, status) in ((string, HttpStatusCode)[])[("127.0.0.1", HttpStatusCode.OK), ("localhost", HttpStatusCode.OK), ("rebound.example", HttpStatusCode.Forbidden)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{running.Address}/v1/issuers/demo-bank/documents?reference=loan-1");
            request.Headers.Host = host;
            using var answer = await _http.SendAsync(request, Stop);
            Assert.Equal(status, answer.StatusCode);
        }
    }
}
