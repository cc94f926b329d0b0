using System.Net;
using System.Net.Sockets;
using System.Text;
using TrueCopy.Client;

namespace TrueCopy.Sdk.Tests;

/// <summary>Asking an institution's own domain: whatever it answers, it harms nobody and confirms nothing that it does not state.</summary>
public sealed class DomainCheckerTests
{
    private static readonly NoteVerifier Key = new Ed25519Signer("log.example", new byte[32]).Verifier;
    private static readonly string Confirming = $$"""{"v":1,"logs":[{"origin":"log.example","issuer":"bank","keys":["{{Key}}"]}]}""";

    [Fact]
    public async Task A_domain_that_names_the_log_its_key_and_the_issuer_confirms()
    {
        var asked = new List<HttpRequestMessage>();
        var check = await CheckAsync("Bank.HK", request =>
        {
            asked.Add(request);
            return Answer(HttpStatusCode.OK, Confirming);
        });
        Assert.Equal((DomainWord.Confirmed, null), (check.Word, check.Detail));
        var request = Assert.Single(asked);
        Assert.Equal("https://bank.hk/.well-known/truecopy.json", request.RequestUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, DomainWord.NotStated)]
    [InlineData(HttpStatusCode.Gone, DomainWord.NotStated)]
    [InlineData(HttpStatusCode.Found, DomainWord.NoAnswer)]
    [InlineData(HttpStatusCode.MovedPermanently, DomainWord.NoAnswer)]
    [InlineData(HttpStatusCode.Forbidden, DomainWord.NoAnswer)]
    [InlineData(HttpStatusCode.InternalServerError, DomainWord.NoAnswer)]
    [InlineData(HttpStatusCode.PartialContent, DomainWord.NoAnswer)]
    public async Task Another_status_confirms_nothing_even_with_a_statement(HttpStatusCode status, DomainWord word) =>
        Assert.Equal(word, (await CheckAsync("bank.hk", _ => Answer(status, Confirming))).Word);

    [Theory]
    [InlineData("<html>not found</html>")]
    [InlineData("")]
    [InlineData("""{"v":1}""")]
    public async Task What_cannot_be_read_is_no_answer(string body) =>
        Assert.Equal(DomainWord.NoAnswer, (await CheckAsync("bank.hk", _ => Answer(HttpStatusCode.OK, body))).Word);

    [Fact]
    public async Task An_endless_answer_is_read_to_the_limit_and_no_further()
    {
        var endless = new EndlessStream();
        var check = await CheckAsync("bank.hk", _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(endless) });
        Assert.Equal(DomainWord.NoAnswer, check.Word);
        Assert.InRange(endless.Given, DomainStatement.MaxLength, DomainStatement.MaxLength + 1);
    }

    [Fact]
    public async Task A_failure_of_the_network_is_no_answer_and_no_exception() =>
        Assert.Equal(DomainWord.NoAnswer, (await CheckAsync("bank.hk", _ => throw new HttpRequestException("no route"))).Word);

    [Theory]
    [InlineData(null, DomainWord.NotStated)]
    [InlineData("bank.example", DomainWord.NotStated)]
    [InlineData("metadata.internal", DomainWord.NotStated)]
    [InlineData("localhost", DomainWord.NoAnswer)]
    [InlineData("127.0.0.1", DomainWord.NoAnswer)]
    [InlineData("bank.hk/../x", DomainWord.NoAnswer)]
    [InlineData("bank.hk:22", DomainWord.NoAnswer)]
    public async Task A_name_that_is_no_public_domain_is_never_asked(string? domain, DomainWord word) =>
        Assert.Equal(word, (await CheckAsync(domain, _ => throw new InvalidOperationException("It was asked."))).Word);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    public void Only_addresses_of_the_public_internet_are_connected_to(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicNetwork.IsPublic(IPAddress.Parse(address)));

    // A name of this very machine, beside which something listens: the system's own way must not reach it.
    [Fact]
    public async Task A_name_that_stands_for_an_inner_address_is_not_connected_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var invoker = new HttpMessageInvoker(PublicNetwork.Handler());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        await Assert.ThrowsAsync<HttpRequestException>(() => invoker.SendAsync(request, TestContext.Current.CancellationToken));
        Assert.False(listener.Pending());
    }

    private static async Task<DomainCheck> CheckAsync(string? domain, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        using var network = new Network(answer);
        using var checker = new DomainChecker(network);
        return await checker.CheckAsync(domain, "bank", [Key], TestContext.Current.CancellationToken);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) => new(status)
    {
        Headers = { Location = new Uri("https://elsewhere.hk/") },
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
    };

    private sealed class Network(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
