using System.Net;
using System.Net.Http.Headers;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Time.Testing;

namespace TrueCopy.AzureStorage.Tests;

/// <summary>What an address that is given out allows, and what it does not: on real Azurite, with plain requests, as a page or an attacker makes them.</summary>
public sealed class PackageAddressTests(Azurite azurite) : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly HttpClient _http = new();
    private readonly AzureBlobAddresses _addresses = new(azurite.Accounts.Handovers, TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_package_is_put_once_and_read_by_who_has_the_other_address()
    {
        var blob = await NewBlobAsync();
        var upload = await _addresses.ToCreateAsync(blob, Hour, Stop);
        Assert.Equal(HttpStatusCode.Created, await PutAsync(upload.Address, "sealed"));

        var download = await _addresses.ToReadAsync(blob, TimeSpan.FromMinutes(15), Stop);
        using var answer = await _http.GetAsync(download.Address, Stop);
        Assert.Equal("sealed", await answer.Content.ReadAsStringAsync(Stop));
        Assert.StartsWith(_addresses.Origin + "/", upload.Address.AbsoluteUri, StringComparison.Ordinal);
        Assert.InRange(download.Expires - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task What_a_holder_says_that_a_package_is_no_browser_shows()
    {
        var blob = await NewBlobAsync();
        await PutAsync((await _addresses.ToCreateAsync(blob, Hour, Stop)).Address, "<script>alert(1)</script>", "text/html");
        using var answer = await _http.GetAsync((await _addresses.ToReadAsync(blob, Hour, Stop)).Address, Stop);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task An_address_to_put_a_package_replaces_none()
    {
        var blob = await NewBlobAsync();
        var upload = (await _addresses.ToCreateAsync(blob, Hour, Stop)).Address;
        await PutAsync(upload, "first");

        Assert.NotEqual(HttpStatusCode.Created, await PutAsync(upload, "second"));
        using var unconditional = Put(upload, "third");
        unconditional.Headers.TryAddWithoutValidation("If-Match", "*");
        Assert.False((await _http.SendAsync(unconditional, Stop)).IsSuccessStatusCode);
        Assert.Equal("first", await ContentOfAsync(blob));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "&comp=metadata")]
    [InlineData("PUT", "&comp=metadata")]
    [InlineData("PUT", "&comp=properties")]
    [InlineData("PUT", "&comp=tier")]
    [InlineData("PUT", "&comp=lease")]
    [InlineData("PUT", "&comp=blocklist")]
    [InlineData("PUT", "&comp=block&blockid=AAAA")]
    [InlineData("GET", "&comp=blocklist")]
    public async Task An_address_to_put_a_package_does_nothing_else_to_it(string method, string operation)
    {
        var blob = await NewBlobAsync();
        var upload = (await _addresses.ToCreateAsync(blob, Hour, Stop)).Address;
        await PutAsync(upload, "first");

        using var request = new HttpRequestMessage(new HttpMethod(method), upload.AbsoluteUri + operation);
        if (method == "PUT")
            request.Content = new StringContent("");
        request.Headers.Add("x-ms-version", "2023-11-03");
        request.Headers.Add("x-ms-lease-action", "acquire");
        request.Headers.Add("x-ms-lease-duration", "-1");
        request.Headers.Add("x-ms-access-tier", "Archive");
        using var answer = await _http.SendAsync(request, Stop);

        Assert.False(answer.IsSuccessStatusCode, $"{method} {operation} was allowed: {answer.StatusCode}");
        Assert.Equal("first", await ContentOfAsync(blob));
    }

    [Fact]
    public async Task An_address_is_of_one_blob_and_of_no_other_and_lists_nothing()
    {
        var blob = await NewBlobAsync();
        var other = blob with { Name = "other.truecopy" };
        await azurite.Accounts.Handovers.GetBlobContainerClient(blob.Container).UploadBlobAsync(other.Name, BinaryData.FromString("another's"), Stop);
        foreach (var address in new[] { await _addresses.ToCreateAsync(blob, Hour, Stop), await _addresses.ToReadAsync(blob, Hour, Stop) })
        {
            Assert.NotEqual(HttpStatusCode.Created, await PutAsync(Of(address, blob with { Name = "third.truecopy" }), "x"));
            Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(Of(address, other), Stop)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync($"{Of(address, blob with { Name = "" })}&restype=container&comp=list", Stop)).StatusCode);
        }

        Uri Of(TemporaryAddress address, BlobAddress elsewhere) =>
            new(azurite.Accounts.Handovers.GetBlobContainerClient(elsewhere.Container).Uri + "/" + elsewhere.Name + address.Address.Query);
    }

    [Fact]
    public async Task An_address_to_read_writes_and_deletes_nothing()
    {
        var blob = await NewBlobAsync();
        var download = (await _addresses.ToReadAsync(blob, Hour, Stop)).Address;
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(download, "x"));
        await PutAsync((await _addresses.ToCreateAsync(blob, Hour, Stop)).Address, "first");
        using var delete = await _http.DeleteAsync(download, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, delete.StatusCode);
        Assert.Equal("first", await ContentOfAsync(blob));
    }

    [Fact]
    public async Task An_address_ends_when_it_says_and_cannot_be_prolonged()
    {
        // As given out an hour and a minute ago.
        var past = new AzureBlobAddresses(azurite.Accounts.Handovers, new FakeTimeProvider(TimeProvider.System.GetUtcNow() - Hour - TimeSpan.FromMinutes(1)));
        var blob = await NewBlobAsync();
        var upload = await past.ToCreateAsync(blob, Hour, Stop);
        Assert.True(upload.Expires < TimeProvider.System.GetUtcNow());
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(upload.Address, "late"));

        var end = Uri.EscapeDataString(upload.Expires.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
        var later = Uri.EscapeDataString(upload.Expires.AddHours(2).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(end, upload.Address.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(new Uri(upload.Address.AbsoluteUri.Replace(end, later, StringComparison.Ordinal)), "late"));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(new Uri(upload.Address.AbsoluteUri.Replace("sp=c", "sp=cw", StringComparison.Ordinal)), "late"));
        Assert.False((await BlobOf(blob).ExistsAsync(Stop)).Value);
    }

    [Fact]
    public async Task A_page_may_put_and_get_packages_and_a_page_of_another_origin_may_not()
    {
        await azurite.Accounts.AllowPagesAsync(["http://localhost:7071", "http://127.0.0.1:7071"], Stop);
        var upload = (await _addresses.ToCreateAsync(await NewBlobAsync(), Hour, Stop)).Address;
        foreach (var origin in new[] { "http://localhost:7071", "http://127.0.0.1:7071" })
        {
            using var allowed = await PreflightAsync(upload, origin, "PUT", "content-type,x-ms-blob-type");
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
            Assert.Equal(origin, Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));
        }

        using var reading = await PreflightAsync(upload, "http://localhost:7071", "GET", "range");
        Assert.Equal(HttpStatusCode.OK, reading.StatusCode);
        using var foreign = await PreflightAsync(upload, "https://evil.example", "PUT", "x-ms-blob-type");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using var deleting = await PreflightAsync(upload, "http://localhost:7071", "DELETE", "x-ms-version");
        Assert.Equal(HttpStatusCode.Forbidden, deleting.StatusCode);

        using var put = Put(upload, "sealed");
        put.Headers.Add("Origin", "http://localhost:7071");
        using var answer = await _http.SendAsync(put, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("http://localhost:7071", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task A_receivers_container_holds_its_metadata_which_is_replaced()
    {
        var id = $"r{Guid.NewGuid():N}"[..20];
        await azurite.Accounts.CreateReceiverAsync(id, new Dictionary<string, string> { ["legalname"] = "示范贷款", ["keepsdays"] = "365" }, Stop);
        await azurite.Accounts.CreateReceiverAsync(id, new Dictionary<string, string> { ["legalname"] = "示范贷款有限公司" }, Stop);
        var found = await azurite.Accounts.IssuerContainers.FindContainerAsync(ReceiverContainer.Prefix + id, Stop);
        Assert.Equal("示范贷款有限公司", Uri.UnescapeDataString(Assert.Single(found!.Metadata).Value));
        Assert.Null(await azurite.Accounts.IssuerContainers.FindContainerAsync("answers-" + id, Stop));
    }

    private async Task<BlobAddress> NewBlobAsync()
    {
        var blob = ReceiverContainer.PackageOf($"r{Guid.NewGuid():N}"[..20], new string('a', 64));
        await azurite.Accounts.Handovers.CreateBlobContainerAsync(blob.Container, cancellationToken: Stop);
        return blob;
    }

    private BlockBlobClient BlobOf(BlobAddress blob) => azurite.Accounts.Handovers.GetBlobContainerClient(blob.Container).GetBlockBlobClient(blob.Name);

    private async Task<string> ContentOfAsync(BlobAddress blob)
    {
        var found = (await BlobOf(blob).DownloadContentAsync(Stop)).Value;
        var properties = (await BlobOf(blob).GetPropertiesAsync(cancellationToken: Stop)).Value;
        Assert.Equal(LeaseState.Available, properties.LeaseState);
        Assert.NotEqual("Archive", properties.AccessTier);
        return found.Content.ToString();
    }

    private async Task<HttpStatusCode> PutAsync(Uri address, string content, string type = "application/octet-stream")
    {
        using var request = Put(address, content, type);
        using var answer = await _http.SendAsync(request, Stop);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Put(Uri address, string content, string type = "application/octet-stream")
    {
        var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new StringContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        return request;
    }

    private Task<HttpResponseMessage> PreflightAsync(Uri address, string origin, string method, string headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, address);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return _http.SendAsync(request, Stop);
    }
}
