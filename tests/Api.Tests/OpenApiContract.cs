using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TrueCopy.Api.Tests;

/// <summary>Holds answers to the OpenAPI document: the status is listed for the operation, and JSON has the shape of its schema.</summary>
internal static class OpenApiContract
{
    public static readonly JsonElement Document = Load();

    public static async Task CheckAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        var path = request.RequestUri!.IsAbsoluteUri ? request.RequestUri.AbsolutePath : request.RequestUri.OriginalString.Split('?')[0];
        if (OperationOf(request.Method, path) is not { } operation)
            return;
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Assert.True(operation.GetProperty("responses").TryGetProperty(status, out var listed), $"{status} is not a documented answer of {path}");
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        Assert.True(mediaType is not null && Resolve(listed).GetProperty("content").TryGetProperty(mediaType, out listed), $"{mediaType} is not documented for {path}, {status}");
        if (mediaType.EndsWith("json", StringComparison.Ordinal))
        {
            var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
            Validate(body, listed.GetProperty("schema"), "$");
        }
    }

    public static JsonElement Schema(string name) => Document.GetProperty("components").GetProperty("schemas").GetProperty(name);

    private static JsonElement? OperationOf(HttpMethod method, string path)
    {
        var verb = method == HttpMethod.Head ? "get" : method.Method.ToLowerInvariant();
        foreach (var template in Document.GetProperty("paths").EnumerateObject())
        {
            var pattern = "^" + Regex.Replace(template.Name, @"\{(path|[a-z]+)\}", match => match.Groups[1].Value == "path" ? ".+" : "[^/]*") + "$";
            if (Regex.IsMatch(path, pattern) && template.Value.TryGetProperty(verb, out var operation))
                return operation;
        }

        return null;
    }

    private static void Validate(JsonElement value, JsonElement schema, string where)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("enum", out var names))
            Assert.Contains(value.GetString(), names.EnumerateArray().Select(name => name.GetString()));
        if (schema.TryGetProperty("pattern", out var pattern))
            Assert.Matches(pattern.GetString()!, value.GetString()!);
        switch (schema.GetProperty("type").GetString())
        {
            case "object" when schema.TryGetProperty("properties", out var properties):
                Assert.Equal(JsonValueKind.Object, value.ValueKind);
                foreach (var required in schema.GetProperty("required").EnumerateArray())
                    Assert.True(value.TryGetProperty(required.GetString()!, out _), $"{where} lacks {required}");
                foreach (var member in value.EnumerateObject())
                {
                    Assert.True(properties.TryGetProperty(member.Name, out var type), $"{where}.{member.Name} is not documented");
                    Validate(member.Value, type, $"{where}.{member.Name}");
                }

                break;
            case "object":
                Assert.Equal(JsonValueKind.Object, value.ValueKind);
                break;
            case "array":
                Assert.Equal(JsonValueKind.Array, value.ValueKind);
                foreach (var item in value.EnumerateArray())
                    Validate(item, schema.GetProperty("items"), where + "[]");
                break;
            case "integer":
                Assert.True(value.TryGetInt64(out _), where);
                break;
            case "string":
                Assert.Equal(JsonValueKind.String, value.ValueKind);
                break;
            default:
                Assert.Fail($"{where}: a type that this validator does not know");
                break;
        }
    }

    private static JsonElement Resolve(JsonElement element)
    {
        if (!element.TryGetProperty("$ref", out var reference))
            return element;
        return reference.GetString()![2..].Split('/').Aggregate(Document, (node, name) => node.GetProperty(name));
    }

    private static JsonElement Load()
    {
        using var resource = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonDocument.Parse(resource).RootElement;
    }
}
