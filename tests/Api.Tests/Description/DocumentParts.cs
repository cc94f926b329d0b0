using System.Net;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace TrueCopy.Api.Tests.Description;

/// <summary>What the document says and no signature can: headers, failures, examples, what a text holds, and what all operations have in common.</summary>
internal static class DocumentParts
{
    private const string Hex = "^[0-9A-Fa-f]{64}([0-9A-Fa-f]{32}){0,2}$";
    private const string Sha256Hex = "^[0-9a-f]{64}$";
    private const string LowerHex = "^[0-9a-f]{64}([0-9a-f]{32}){0,2}$";

    private const string Introduction = """
        Is this file, byte for byte, what that institution issued, and does it still stand?

        **No operation takes a document.** Clients hash, and ask about the hash.

        **A failure is never a verdict.** Where the service cannot answer, it says so with a problem document (RFC 9457) and a status of 400 or above, and that says nothing about any document. `unknown` is a verdict, with status 200: the log was asked and holds no such document.

        **A verdict need not be believed.** Every verdict but `unknown` comes with a receipt that can be checked without this service, against keys that were pinned before.

        Every GET is also answered to HEAD. A path that is not listed here answers 404 (`no-such-resource`), and a method that is not listed 405 (`method-not-allowed`): see `components.responses`. What breaks a limit of HTTP itself (too many or too long headers, a line that is no request, an empty segment in the path) is answered by the server in front, without a body. Later versions may add members to answers; clients ignore those that they do not know.
        """;

    private static readonly (string Name, string Description)[] Tags =
    [
        ("verification", "Questions about documents, by digest."),
        ("handover", "A holder hands documents to a receiver, sealed: the service sees neither documents nor who they are about."),
        ("registry", "Who issues, and with which keys the log signs."),
        ("log", "The public log, as C2SP tlog-tiles serves it."),
        ("page", "The same for people, in a browser."),
        ("service", "For load balancers and for tools."),
    ];

    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    private static readonly JsonObject Examples = JsonNode.Parse(File.ReadAllText(RepositoryFolder.At("functions/Api/openapi.examples.json")))!.AsObject();

    // What members hold that are text or lists to C#.
    private static readonly Dictionary<string, JsonObject> Members = new()
    {
        ["Verdict.algorithm"] = Reference("Algorithm"),
        ["Verdict.digest"] = new() { ["pattern"] = LowerHex },
        ["Digest.algorithm"] = Reference("Algorithm"),
        ["Digest.digest"] = Reference("Hex"),
        ["UploadReceipt.algorithm"] = Reference("Algorithm"),
        ["Unproven.acts"] = new() { ["maxItems"] = UnprovenDocument.MaxActs },
        ["BatchRequest.digests"] = new() { ["minItems"] = 1, ["maxItems"] = BatchRequestDocument.MaxDigests },
        ["Checkpoint.root"] = new() { ["contentEncoding"] = "base64" },
        ["Result.receipt"] = new() { ["type"] = "string" },
        ["Result.issueReceipt"] = new() { ["type"] = "string" },
        ["Checkpoint.note"] = new() { ["type"] = "string" },
        ["Status.entry"] = new() { ["type"] = "string", ["contentEncoding"] = "base64" },
        ["Status.path"] = new() { ["type"] = "string", ["contentEncoding"] = "base64" },
        ["Status.pages"] = new() { ["type"] = "string", ["contentEncoding"] = "base64" },
        ["UploadDay.day"] = new() { ["pattern"] = @"^\d{4}-\d\d-\d\d$" },
        ["Upload.document"] = Words("deleted"),
        ["Key.kty"] = Words("EC", "OKP"),
        ["Key.crv"] = Words("P-256", "Ed25519"),
        ["Key.alg"] = Words("ES256", "EdDSA"),
        ["Key.use"] = Words("sig"),
        ["Key.kid"] = new() { ["pattern"] = "^[0-9a-f]{8}$" },
        ["Problem.type"] = Words([.. Failure.All.SelectMany(failure => failure.Types)]),
        ["RefusedLine.line"] = new() { ["minimum"] = 1 },
        ["Receiver.proof"] = new() { ["type"] = "string" },
        ["Receiver.encryptionKey"] = new() { ["pattern"] = "^age1[02-9ac-hj-np-z]{58}$" },
        ["HandoverEvent.receipt"] = new() { ["type"] = "string" },
        ["HandoverRequest.id"] = new() { ["pattern"] = Sha256Hex },
        ["HandoverRequest.lock"] = new() { ["pattern"] = Sha256Hex },
        ["HandoverRequest.withdrawLock"] = new() { ["pattern"] = Sha256Hex },
        ["Trace.id"] = new() { ["pattern"] = Sha256Hex },
        ["WaitingHandover.id"] = new() { ["pattern"] = Sha256Hex },
        ["Withdraw.proof"] = new() { ["pattern"] = Sha256Hex },
        ["HandoverAct.proof"] = new() { ["pattern"] = Sha256Hex },
        ["HandoverAct.use"] = new() { ["pattern"] = "^[0-9a-f]{32}$" },
        ["HandoverAct.reason"] = Words([.. WireName.All<DeclineReason>()]),
        ["HandoverAct.purpose"] = Words([.. WireName.All<HandoverPurpose>()]),
        ["Problem.status"] = new() { ["minimum"] = 400 },
    };

    private static readonly Type[] Enumerations = [typeof(Verdict), typeof(ActKind), typeof(ReasonCode), typeof(DomainWord), typeof(UploadKind), typeof(UploadState), typeof(HandoverState)];

    /// <summary>The name of a record's or an enumeration's schema; null for what has none of its own.</summary>
    public static string? NameOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var verdict when verdict == typeof(Verdict) => "VerdictName",
        var reason when reason == typeof(ReasonCode) => "Reason",
        var named when named == typeof(RefusedLine) || named == typeof(LegalNames) || Enumerations.Contains(named) => named.Name,
        { IsGenericType: false } record when record.Name.EndsWith("Document", StringComparison.Ordinal) => record.Name[..^"Document".Length],
        _ => null,
    };

    /// <summary>A header that has one value, or any.</summary>
    public static JsonObject Header(string? value)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (value is not null)
            schema["const"] = value;
        return new JsonObject { ["schema"] = schema };
    }

    /// <summary>Completes what ASP.NET Core made, and writes it.</summary>
    public static string Complete(JsonObject made, IReadOnlyCollection<OperationMethod> operations)
    {
        Unwrap(made);
        var paths = made["paths"]!.AsObject();
        foreach (var (method, operation) in operations)
            CompleteOperation(paths[PathOf(operation.Route)]!.AsObject().Single().Value!.AsObject(), method, operation);

        var schemas = made["components"]!["schemas"]!.AsObject();
        foreach (var record in typeof(DocumentJson).Assembly.GetTypes().Where(type => !type.IsEnum && NameOf(type) is { } name && schemas.ContainsKey(name)))
            CompleteRecord(record, schemas[NameOf(record)!]!.AsObject());
        schemas["Problem"]!["required"] = new JsonArray("type", "title", "status", "detail");
        foreach (var enumeration in Enumerations)
            schemas[NameOf(enumeration)!] = Enumeration(enumeration);
        schemas["Algorithm"] = With(
            Words([.. DigestAlgorithm.All.Select(algorithm => algorithm.Name)]),
            "How a digest is made. `sha-256` is always known; the others where the issuer asked for them.");
        schemas["Hex"] = With(
            new JsonObject { ["type"] = "string", ["pattern"] = Hex },
            "A digest of the algorithm's length: 64 hex digits for `sha-256` and `sm3`, 96 for `sha-384`, 128 for `sha-512`.");

        return new JsonObject
        {
            ["openapi"] = made["openapi"]!.DeepClone(),
            ["info"] = new JsonObject
            {
                ["title"] = "TrueCopy",
                ["version"] = "1",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
                ["description"] = Introduction.ReplaceLineEndings("\n"),
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(),
            ["tags"] = new JsonArray([.. Tags.Select(tag => new JsonObject { ["name"] = tag.Name, ["description"] = tag.Description })]),
            ["paths"] = paths.DeepClone(),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject([.. schemas.OrderBy(schema => schema.Key, StringComparer.Ordinal).Select(schema => KeyValuePair.Create(schema.Key, schema.Value?.DeepClone()))]),
                ["responses"] = new JsonObject([.. Failure.All.Select(failure => KeyValuePair.Create<string, JsonNode?>(failure.Name, failure.ToResponse()))]),
                ["securitySchemes"] = new JsonObject
                {
                    ["institutionSignIn"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["bearerFormat"] = "JWT",
                        ["description"] = "A token of the deployment's identity provider (Entra ID), whose subject or group the deployment names for the issuer or the receiver. The platform's built-in authentication checks it. A local service admits whoever is on the same machine, without one.",
                    },
                },
            },
        }.ToJsonString(Written) + "\n";
    }

    private static void CompleteOperation(JsonObject made, MethodInfo method, OperationAttribute operation)
    {
        var examples = Examples[operation.Id]?.AsObject();
        foreach (var parameter in made["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [])
        {
            if (parameter["name"]!.GetValue<string>() is "algorithm")
                parameter["schema"] = Reference("Algorithm");
            if (parameter["name"]!.GetValue<string>() is "digest")
                parameter["schema"] = Reference("Hex");
            if (parameter["name"]!.GetValue<string>() is "id" or "handover")
                parameter["schema"]!["pattern"] = parameter["example"]!.GetValue<string>().Length == 64 ? Sha256Hex : "^[a-z0-9-]{1,56}$";
        }

        foreach (var query in method.GetCustomAttributes<QueryAttribute>())
        {
            if (!made.ContainsKey("parameters"))
                made["parameters"] = new JsonArray();
            made["parameters"]!.AsArray().Add(Parameter(query));
        }

        if (made["requestBody"] is JsonObject body)
        {
            body["required"] = true;
            var (mediaType, sent) = body["content"]!.AsObject().Single();
            if (operation.Body == typeof(string))
                sent!["schema"] = SchemaOf(mediaType);
            sent!["example"] = examples!["body"]!.DeepClone();
        }

        var responses = made["responses"]!.AsObject();
        var status = $"{operation.Status}";
        var answered = responses[status]!.AsObject();
        var content = new JsonObject();
        foreach (var answer in method.GetCustomAttributes<AnswersAttribute>())
        {
            content[answer.MediaType] = new JsonObject { ["schema"] = answer.Record is null ? SchemaOf(answer.MediaType) : Reference(NameOf(answer.Record)!) };
            if (examples?[answer.MediaType] is { } example)
                content[answer.MediaType]!["example"] = example.DeepClone();
        }

        var headers = new JsonObject { ["Cache-Control"] = Header(operation.CacheControl) };
        if (operation.Tag == "page")
            headers["Content-Security-Policy"] = Header(null);
        if (operation.HasTag)
            headers["ETag"] = Header(null);
        responses.Clear();
        responses[status] = new JsonObject { ["description"] = answered["description"]!.DeepClone(), ["headers"] = headers, ["content"] = content };
        if (operation.MayTakeLonger)
        {
            responses["202"] = new JsonObject
            {
                ["description"] = "It is staged and takes longer; `Location` is where it will be told.",
                ["headers"] = new JsonObject { ["Cache-Control"] = Header(operation.CacheControl), ["Location"] = Header(null) },
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" }, ["example"] = new JsonObject() } },
            };
        }

        if (operation.HasTag)
            responses["304"] = new JsonObject { ["description"] = "What `If-None-Match` names is still what there is.", ["headers"] = headers.DeepClone() };
        foreach (var failure in Failure.All.Where(failure => operation.Failures.Contains(failure.Name)).OrderBy(failure => failure.Status))
            responses[$"{failure.Status}"] = new JsonObject { ["$ref"] = $"#/components/responses/{failure.Name}" };
        if (operation.Samples.Length > 0)
            made["x-codeSamples"] = new JsonArray([.. operation.Samples.Select(Sample)]);
        if (operation.Failures.Contains("NotForYou"))
            made["security"] = new JsonArray(new JsonObject { ["institutionSignIn"] = new JsonArray() });
    }

    private static JsonObject Sample(string path) => new()
    {
        ["lang"] = Path.GetExtension(path) switch { ".cs" => "C#", ".ts" => "TypeScript", ".sh" => "Shell", var other => throw new InvalidOperationException($"{other} is no language of samples.") },
        ["source"] = File.ReadAllText(RepositoryFolder.At("samples/" + path)),
    };

    private static JsonObject Parameter(QueryAttribute query)
    {
        var schema = query switch
        {
            { Words: { Length: > 0 } words } => Words(words),
            { Minimum: { } least } => new JsonObject { ["type"] = "integer", ["minimum"] = int.Parse(least, System.Globalization.CultureInfo.InvariantCulture) },
            _ => new JsonObject { ["type"] = "string" },
        };
        var parameter = new JsonObject { ["name"] = query.Name, ["in"] = "query", ["description"] = query.Description };
        if (query.Required)
            parameter["required"] = true;
        parameter["schema"] = schema;
        parameter["example"] = query.Minimum is null ? query.Example : int.Parse(query.Example, System.Globalization.CultureInfo.InvariantCulture);
        return parameter;
    }

    private static void CompleteRecord(Type record, JsonObject schema)
    {
        foreach (var member in DocumentJson.Instance.GetTypeInfo(record)!.Properties)
        {
            var property = NotNull(schema["properties"]![member.Name]!.AsObject());
            property.Remove("default");
            if (property["type"]?.GetValue<string>() == "integer")
                property["minimum"] = 0;

            // Of enumerations ASP.NET Core sees only that they have a converter of their own.
            var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            if (type.IsEnum)
                property["$ref"] = $"#/components/schemas/{NameOf(type)}";
            if (Members.TryGetValue($"{NameOf(record)}.{member.Name}", out var held))
            {
                if (held.ContainsKey("$ref"))
                    property = With(new JsonObject(), property["description"]?.GetValue<string>());
                foreach (var (keyword, value) in held)
                    property[keyword] = value?.DeepClone();
            }

            schema["properties"]![member.Name] = property;
        }
    }

    // Comments are wrapped, and their angle brackets written as XML has them.
    private static void Unwrap(JsonNode node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Unwrap(item!);
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToArray())
            {
                if (name == "description" && value is JsonValue)
                    members[name] = Line(WebUtility.HtmlDecode(value.GetValue<string>()));
                else
                    Unwrap(value!);
            }
        }
    }

    private static string Line(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // What may be absent is null to C#, and never null in JSON.
    private static JsonObject NotNull(JsonObject schema)
    {
        var property = schema.DeepClone().AsObject();
        if (property["type"] is JsonArray types)
            property["type"] = types.Select(type => type!.GetValue<string>()).Single(type => type != "null");
        if (property["oneOf"] is JsonArray choices)
        {
            property.Remove("oneOf");
            foreach (var (keyword, value) in choices.Single(choice => choice!["type"]?.ToString() != "null")!.AsObject())
                property[keyword] = value?.DeepClone();
        }

        return property;
    }

    private static JsonObject Enumeration(Type type)
    {
        var values = Enum.GetValues(type).Cast<object>().Select(value => (Name: JsonSerializer.Serialize(value, type).Trim('"'), Meaning: Comment($"F:{type.FullName}.{value}", "summary"))).ToArray();
        var description = string.Join("\n", values.Select(value => $"- `{value.Name}`: {value.Meaning}").Prepend("").Prepend(Comment($"T:{type.FullName}", "summary")));
        return With(Words([.. values.Select(value => value.Name)]), Comment($"T:{type.FullName}", "remarks") is { } remarks ? $"{description}\n\n{remarks}" : description);
    }

    private static string? Comment(string member, string part)
    {
        var comments = XDocument.Load(Path.ChangeExtension(typeof(Verdict).Assembly.Location, ".xml"));
        var comment = comments.Descendants("member").Single(found => found.Attribute("name")!.Value == member).Element(part);
        return comment is null ? null : Line(string.Concat(comment.Nodes().Select(node => node is XElement element ? $"`{element.Value}`" : node.ToString())));
    }

    private static JsonObject SchemaOf(string mediaType) => mediaType switch
    {
        "application/octet-stream" => new() { ["type"] = "string", ["format"] = "binary" },
        "application/json" => new() { ["type"] = "object" },
        _ => new() { ["type"] = "string" },
    };

    private static string PathOf(string route) =>
        "/" + route.Replace("{*path}", "{path}", StringComparison.Ordinal).Replace(Routes.Page, "", StringComparison.Ordinal);

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Words(params string[] words) => new() { ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) };

    private static JsonObject With(JsonObject schema, string? description)
    {
        if (description is not null)
            schema["description"] = description;
        return schema;
    }
}
