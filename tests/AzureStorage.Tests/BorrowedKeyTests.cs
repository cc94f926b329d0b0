using System.Buffers.Text;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Web;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Time.Testing;
using TrueCopy.Local.Azurite;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>
/// Where the account is entered with an identity, as in Azure, there is no key of it: addresses are signed with one that the account
/// lends, as an Azurite does that speaks TLS and takes tokens. What is signed so it does not know how to check, because the SDK signs
/// more since then than it looks at; that an address does what it says and no more, <see cref="PackageAddressTests"/> shows.
/// </summary>
public sealed class BorrowedKeyTests : IClassFixture<BorrowedKeyTests.TlsAzurite>, IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly LentKeys _lent = new();
    private readonly HttpClient _http;
    private readonly StorageAccounts _accounts;

    public BorrowedKeyTests(TlsAzurite azurite)
    {
        _http = new HttpClient(_lent);
        var account = new StorageAddress.ByIdentity(azurite.Blobs, azurite.Blobs, azurite.Blobs, new AnyToken());
        _accounts = StorageAccounts.Connect(account, account, options => options.Transport = new HttpClientTransport(_http));
    }

    public void Dispose() => _http.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_is_signed_with_a_key_that_is_borrowed_once_for_many()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var addresses = new AzureBlobAddresses(_accounts.Handovers, time);
        var blob = ReceiverContainer.PackageOf("demo-lender", new string('b', 64));

        var given = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => addresses.ToCreateAsync(blob, Hour, Stop)));
        var download = await addresses.ToReadAsync(blob, TimeSpan.FromMinutes(15), Stop);
        Assert.Equal(1, _lent.Count);
        Assert.All(given, address => Assert.Equal(given[0], address));

        Assert.Equal($"{_accounts.Handovers.Uri}/{blob.Container}/{blob.Name}", given[0].Address.GetLeftPart(UriPartial.Path));
        var upload = TermsOf(given[0]);
        Assert.Equal(("c", "b", "https"), (upload["sp"], upload["sr"], upload["spr"]));
        Assert.Equal(given[0].Expires.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), upload["se"]);
        Assert.True(DateTimeOffset.Parse(upload["ske"]!, CultureInfo.InvariantCulture) >= given[0].Expires);
        Assert.NotNull(upload["sig"]);
        var reading = TermsOf(download);
        Assert.Equal(("r", "b", "https", "attachment"), (reading["sp"], reading["sr"], reading["spr"], reading["rscd"]));
        Assert.Equal(upload["skoid"], reading["skoid"]);

        static NameValueCollection TermsOf(TemporaryAddress address) => HttpUtility.ParseQueryString(address.Address.Query);
    }

    [Fact]
    public async Task A_key_that_ends_before_an_address_does_is_replaced_in_time()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var addresses = new AzureBlobAddresses(_accounts.Handovers, time);
        var blob = ReceiverContainer.PackageOf("demo-lender", new string('c', 64));
        await addresses.ToCreateAsync(blob, Hour, Stop);
        time.Advance(TimeSpan.FromHours(6.9));
        await addresses.ToCreateAsync(blob, Hour, Stop);
        Assert.Equal(1, _lent.Count);
        time.Advance(TimeSpan.FromHours(0.2));
        await addresses.ToCreateAsync(blob, Hour, Stop);
        Assert.Equal(2, _lent.Count);
    }

    /// <summary>An Azurite that speaks TLS and takes tokens.</summary>
    public sealed class TlsAzurite : IAsyncLifetime
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("truecopy-tls-").FullName;
        private Process _process = null!;

        /// <summary>Where the blobs of its account are.</summary>
        public Uri Blobs { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var ports = new int[3];
            for (var i = 0; i < ports.Length; i++)
            {
                using var free = new TcpListener(IPAddress.Loopback, 0);
                free.Start();
                ports[i] = ((IPEndPoint)free.LocalEndpoint).Port;
            }

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
            await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem(), Stop);
            await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), key.ExportECPrivateKeyPem(), Stop);
            string[] arguments =
            [
                .. await AzuriteInstallation.EnsureAsync(Stop),
                "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence",
                "--blobPort", $"{ports[0]}", "--queuePort", $"{ports[1]}", "--tablePort", $"{ports[2]}",
                "--cert", Path.Combine(_folder, "cert.pem"), "--key", Path.Combine(_folder, "key.pem"), "--oauth", "basic",
            ];
            _process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            Blobs = new Uri($"https://127.0.0.1:{ports[0]}/{AzuriteAccount.Inbox.Name}");
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            limit.CancelAfter(Wait.Limit);
            using var http = new HttpClient(new LentKeys());
            while (!await AnswersAsync(http, limit.Token))
                await Task.Delay(50, limit.Token);
        }

        public async ValueTask DisposeAsync()
        {
            // Its guard ends it when nobody writes to it any more.
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private async Task<bool> AnswersAsync(HttpClient http, CancellationToken cancellationToken)
        {
            Assert.False(_process.HasExited, "Azurite did not start");
            try
            {
                using var answer = await http.GetAsync(Blobs, cancellationToken);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    /// <summary>Counts the keys that the account lends.</summary>
    private sealed class LentKeys : DelegatingHandler
    {
        private int _count;

        public LentKeys()
            : base(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
        }

        public int Count => _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode && request.RequestUri!.Query.Contains("comp=userdelegationkey", StringComparison.Ordinal))
                Interlocked.Increment(ref _count);
            return answer;
        }
    }

    /// <summary>A token as Entra ID makes them; the emulator looks at what it says and not at who signed it.</summary>
    private sealed class AnyToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var end = now.AddHours(1);
            var claims = $$"""{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/00000000-0000-0000-0000-000000000002/","oid":"00000000-0000-0000-0000-000000000003","tid":"00000000-0000-0000-0000-000000000002","nbf":{{now.AddMinutes(-5).ToUnixTimeSeconds()}},"iat":{{now.ToUnixTimeSeconds()}},"exp":{{end.ToUnixTimeSeconds()}}}""";
            return new AccessToken($"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(claims)}.{Encode("unsigned")}", end);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));

        private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
