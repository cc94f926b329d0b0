using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using TrueCopy.Verification.Acts;
using TrueCopy.Verification.Answers;
using TrueCopy.Verification.Digests;
using TrueCopy.Verification.Verdicts;

namespace TrueCopy.Api.Tests;

public sealed class ContractTests
{
    [Fact]
    public async Task The_document_lists_exactly_the_routes_that_there_are()
    {
        await using var host = await ApiHost.StartAsync();
        var mapped = host.Endpoints.SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
            .Where(method => method != "HEAD")
            .Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{*path}", "{path}", StringComparison.Ordinal)}"));
        var documented = OpenApiContract.Document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(documented.Order(), mapped.Order());
    }

    [Fact]
    public void The_documents_names_are_those_of_the_code()
    {
        Assert.Equal(Names("VerdictName"), JsonNames<Verdict>());
        Assert.Equal(Names("ActKind"), JsonNames<ActKind>());
        Assert.Equal(Names("Algorithm"), DigestAlgorithm.All.Select(algorithm => algorithm.Name));
        Assert.Equal(BatchRequestDocument.MaxDigests, OpenApiContract.Schema("BatchRequest").GetProperty("properties").GetProperty("digests").GetProperty("maxItems").GetInt32());
    }

    [Fact]
    public void Operations_have_ids_of_their_own()
    {
        var ids = OpenApiContract.Document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => operation.Value.GetProperty("operationId").GetString()))
            .ToArray();
        Assert.Equal(9, ids.Distinct().Count());
        Assert.Equal(9, ids.Length);
    }

    [Fact]
    public async Task The_service_serves_the_document()
    {
        await using var host = await ApiHost.StartAsync();
        var response = await host.GetAsync("/openapi/v1.json");
        var served = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.True(JsonElement.DeepEquals(OpenApiContract.Document, served));
    }

    private static IEnumerable<string?> Names(string schema) =>
        OpenApiContract.Schema(schema).GetProperty("enum").EnumerateArray().Select(name => name.GetString());

    private static IEnumerable<string> JsonNames<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(value => JsonSerializer.Serialize(value).Trim('"'));
}
