using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TrueCopy.Api.Tests;

/// <summary>
/// Holds answers to the OpenAPI document: the status is listed for the operation, headers are as documented, and JSON
/// has the shape of its schema and no member beyond it. What no operation answers is held to what the document says of
/// unlisted paths and methods.
/// </summary>
internal static class OpenApiContract
{
    public static readonly JsonElement Document = Load();

    private static readonly HashSet<string> Keywords =
        ["type", "description", "enum", "pattern", "format", "minimum", "required", "properties", "items", "minItems", "maxItems", "additionalProperties", "contentEncoding"];

    public static async Task CheckAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        var path = request.RequestUri!.IsAbsoluteUri ? request.RequestUri.AbsolutePath : request.RequestUri.OriginalString.Split('?')[0];
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        var listed = Listed(request.Method, path, status);
        CheckHeaders(response, listed, $"{request.Method} {path} {status}");
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));

        var mediaType = response.Content.Headers.ContentType?.MediaType;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            Assert.Null(mediaType);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            return;
        }

        Assert.True(mediaType is not null && listed.GetProperty("content").TryGetProperty(mediaType, out listed), $"{mediaType} is not documented for {path}, {status}");
        if (mediaType.EndsWith("json", StringComparison.Ordinal) && request.Method != HttpMethod.Head)
        {
            var body = JsonDocument.Parse(ContentCodings.Decode(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), response.Content.Headers.ContentEncoding.SingleOrDefault())).RootElement;
            Validate(body, listed.GetProperty("schema"), "$");
        }
    }

    public static JsonElement Schema(string name) => Document.GetProperty("components").GetProperty("schemas").GetProperty(name);

    public static JsonElement Resolve(JsonElement element)
    {
        if (!element.TryGetProperty("$ref", out var reference))
            return element;
        return reference.GetString()![2..].Split('/').Aggregate(Document, (node, name) => node.GetProperty(name));
    }

    public static void Validate(JsonElement value, JsonElement schema, string where)
    {
        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject())
            Assert.True(Keywords.Contains(keyword.Name), $"{where}: {keyword.Name} is a keyword that this validator does not know");
        if (schema.TryGetProperty("enum", out var names))
            Assert.Contains(value.GetString(), names.EnumerateArray().Select(name => name.GetString()));
        if (schema.TryGetProperty("pattern", out var pattern))
            Assert.Matches(pattern.GetString()!, value.GetString()!);
        switch (schema.GetProperty("type").GetString())
        {
            case "object" when schema.TryGetProperty("properties", out var properties):
                Assert.Equal(JsonValueKind.Object, value.ValueKind);
                foreach (var required in schema.TryGetProperty("required", out var all) ? all.EnumerateArray() : default)
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
                var (least, most) = (schema.TryGetProperty("minItems", out var min) ? min.GetInt32() : 0, schema.TryGetProperty("maxItems", out var max) ? max.GetInt32() : int.MaxValue);
                Assert.InRange(value.GetArrayLength(), least, most);
                foreach (var item in value.EnumerateArray())
                    Validate(item, schema.GetProperty("items"), where + "[]");
                break;
            case "integer":
                Assert.True(value.TryGetInt64(out var number), where);
                Assert.True(!schema.TryGetProperty("minimum", out var minimum) || number >= minimum.GetInt64(), $"{where} is too small");
                break;
            case "boolean":
                Assert.True(value.ValueKind is JsonValueKind.True or JsonValueKind.False, where);
                break;
            case "string":
                Assert.Equal(JsonValueKind.String, value.ValueKind);
                CheckText(value.GetString()!, schema, where);
                break;
            default:
                Assert.Fail($"{where}: a type that this validator does not know");
                break;
        }
    }

    private static JsonElement Listed(HttpMethod method, string path, string status)
    {
        var responses = Document.GetProperty("components").GetProperty("responses");
        if (PathItemOf(path) is not { } pathItem)
            return Unlisted("404", "NoSuchResource");
        var verb = method == HttpMethod.Head ? "get" : method.Method.ToLowerInvariant();
        if (!pathItem.TryGetProperty(verb, out var operation))
            return Unlisted("405", "MethodNotAllowed");
        Assert.True(operation.GetProperty("responses").TryGetProperty(status, out var listed), $"{status} is not a documented answer of {path}");
        return Resolve(listed);

        JsonElement Unlisted(string expected, string name)
        {
            Assert.Equal(expected, status);
            return responses.GetProperty(name);
        }
    }

    private static JsonElement? PathItemOf(string path)
    {
        foreach (var template in Document.GetProperty("paths").EnumerateObject())
        {
            var pattern = "^" + Regex.Replace(template.Name, @"\{(path|[a-z]+)\}", match => match.Groups[1].Value == "path" ? ".*" : "[^/]+") + "$";
            if (Regex.IsMatch(path, pattern))
                return template.Value;
        }

        return null;
    }

    private static void CheckHeaders(HttpResponseMessage response, JsonElement listed, string where)
    {
        Assert.True(listed.TryGetProperty("headers", out var headers) && headers.TryGetProperty("Cache-Control", out _), $"{where}: how long to cache is not documented");
        foreach (var header in headers.EnumerateObject())
        {
            var found = response.Headers.TryGetValues(header.Name, out var values) || response.Content.Headers.TryGetValues(header.Name, out values);
            Assert.True(found, $"{where} lacks the header {header.Name}");
            var schema = header.Value.GetProperty("schema");
            if (schema.TryGetProperty("const", out var constant))
                Assert.Equal(constant.GetString()!.Split(", ").Order(), string.Join(", ", values!).Split(", ").Order());
            if (schema.GetProperty("type").GetString() == "integer")
                Assert.True(int.TryParse(Assert.Single(values!), NumberStyles.None, CultureInfo.InvariantCulture, out _), where);
        }
    }

    private static void CheckText(string text, JsonElement schema, string where)
    {
        if (schema.TryGetProperty("format", out var format))
        {
            Assert.Equal("date-time", format.GetString());
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", text);
        }

        if (schema.TryGetProperty("contentEncoding", out var encoding))
        {
            Assert.Equal("base64", encoding.GetString());
            Assert.True(System.Buffers.Text.Base64.IsValid(text), $"{where} is not base64");
        }
    }

    private static JsonElement Load()
    {
        using var resource = typeof(PageEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonDocument.Parse(resource).RootElement;
    }
}
