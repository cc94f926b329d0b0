using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;

namespace TrueCopy.Api.Tests.Description;

/// <summary>
/// Makes the OpenAPI document: ASP.NET Core reads the routes that the pipeline maps, the records that they answer and the
/// comments of both; <see cref="DocumentParts"/> adds what no signature says.
/// </summary>
internal static class DescribedApi
{
    /// <summary>The document that belongs to the code as it is.</summary>
    /// <param name="mapped">What the pipeline maps.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string> DescribeAsync(IEnumerable<RouteEndpoint> mapped, CancellationToken cancellationToken)
    {
        var operations = Operations();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Clear();
            json.SerializerOptions.TypeInfoResolverChain.Add(DocumentJson.Instance);
            json.SerializerOptions.PropertyNamingPolicy = DocumentJson.Instance.Options.PropertyNamingPolicy;
            json.SerializerOptions.NumberHandling = DocumentJson.Instance.Options.NumberHandling;
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.AddOpenApi("v1", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.CreateSchemaReferenceId = type => DocumentParts.NameOf(type.Type);
        });
        await using var app = builder.Build();
        ((IEndpointRouteBuilder)app).DataSources.Add(new DefaultEndpointDataSource(mapped.Select(endpoint => Described(endpoint, operations))));
        await app.StartAsync(cancellationToken);
        var described = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(cancellationToken);
        var document = JsonNode.Parse(await described.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken))!.AsObject();
        return DocumentParts.Complete(document, operations.Values);
    }

    /// <summary>Every method that answers a route, by the route.</summary>
    public static Dictionary<string, OperationMethod> Operations() => typeof(Routes).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Select(method => (Method: method, Operation: method.GetCustomAttribute<OperationAttribute>()))
        .Where(found => found.Operation is not null)
        .ToDictionary(found => found.Operation!.Route, found => new OperationMethod(found.Method, found.Operation!));

    // HEAD goes with GET, which the document says once for all.
    private static RouteEndpoint Described(RouteEndpoint endpoint, Dictionary<string, OperationMethod> operations)
    {
        var (method, operation) = operations[endpoint.RoutePattern.RawText!];
        var verb = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single(name => name != HttpMethods.Head);
        var pattern = operation.Route == Routes.Page ? Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("") : endpoint.RoutePattern;
        var metadata = new List<object> { method, new HttpMethodMetadata([verb]), new EndpointNameMetadata(operation.Id), new TagsAttribute(operation.Tag) };
        if (operation.Body is { } body)
            metadata.Add(new AcceptsMetadata([body == typeof(string) ? "text/plain" : "application/json"], body));
        var answer = method.GetCustomAttributes<AnswersAttribute>().First();
        metadata.Add(new ProducesResponseTypeMetadata(operation.Status, answer.Record ?? typeof(void), answer.Record is null ? null : [answer.MediaType]));
        metadata.AddRange(method.GetParameters().Where(parameter => parameter.ParameterType == typeof(string)).Select(parameter => new PathParameter(parameter)));
        metadata.AddRange(Failure.All.Where(failure => operation.Failures.Contains(failure.Name))
            .Select(failure => new ProducesResponseTypeMetadata(failure.Status, typeof(ProblemDocument), [ProblemDocument.MediaType])));
        return new RouteEndpoint(_ => Task.CompletedTask, pattern, 0, new EndpointMetadataCollection(metadata), operation.Id);
    }
}

/// <summary>A method that answers a route, and what it says of itself.</summary>
internal sealed record OperationMethod(MethodInfo Method, OperationAttribute Operation);

/// <summary>Tells ASP.NET Core of a part of the path, which it knows of routes alone whose handlers it binds itself.</summary>
internal sealed class PathParameter(ParameterInfo parameter) : IParameterBindingMetadata
{
    public string Name => parameter.Name!;

    public bool HasTryParse => false;

    public bool HasBindAsync => false;

    public ParameterInfo ParameterInfo => parameter;

    public bool IsOptional => false;
}
