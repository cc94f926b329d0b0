using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TrueCopy.Api.Tests.Description;

namespace TrueCopy.Api.Tests;

public sealed class ContractTests
{
    /// <summary>Set to 1, the snapshot is written anew.</summary>
    private const string Rewrite = "TRUECOPY_WRITE_OPENAPI";

    [Fact]
    public async Task The_document_is_the_one_that_the_code_makes()
    {
        await using var host = await ApiHost.StartAsync();
        var made = await DescribedApi.DescribeAsync(host.Endpoints, TestContext.Current.CancellationToken);
        var snapshot = RepositoryFolder.At("functions/Api/openapi.json");
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            await File.WriteAllTextAsync(snapshot, made, TestContext.Current.CancellationToken);
        Assert.True(
            made == await File.ReadAllTextAsync(snapshot, TestContext.Current.CancellationToken),
            $"functions/Api/openapi.json is not what the code says. Run this test with {Rewrite}=1, and look at the difference.");
    }

    [Fact]
    public async Task The_document_lists_exactly_the_routes_that_there_are()
    {
        await using var host = await ApiHost.StartAsync();
        var mapped = host.Endpoints
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {PathOf(endpoint)}"))
            .ToArray();
        var documented = Operations().Select(operation => $"{operation.Method} {operation.Path}").ToArray();
        Assert.Equal(documented.Order(), mapped.Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal)).Order());

        // The document says once for all that what answers GET answers HEAD.
        Assert.Equal(
            mapped.Where(route => route.StartsWith("GET ", StringComparison.Ordinal)).Select(route => "HEAD" + route[3..]).Order(),
            mapped.Where(route => route.StartsWith("HEAD ", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Parameters_are_those_of_the_paths()
    {
        foreach (var (path, _, operation) in Operations())
        {
            var named = Regex.Matches(path, @"\{([a-z]+)\}").Select(match => match.Groups[1].Value);
            var parameters = operation.TryGetProperty("parameters", out var listed) ? listed.EnumerateArray().ToArray() : [];
            var inPath = parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path").ToArray();
            Assert.Equal(named, inPath.Select(parameter => parameter.GetProperty("name").GetString()));
            Assert.All(inPath, parameter => Assert.True(parameter.GetProperty("required").GetBoolean()));
        }
    }

    [Theory]
    [InlineData("Verdict", typeof(VerdictDocument))]
    [InlineData("Result", typeof(ResultDocument))]
    [InlineData("RefusedLine", typeof(RefusedLine))]
    [InlineData("Unproven", typeof(UnprovenDocument))]
    [InlineData("IssuerHistory", typeof(IssuerHistoryDocument))]
    [InlineData("IssuerDescription", typeof(IssuerDescriptionDocument))]
    [InlineData("DomainOutcome", typeof(DomainOutcomeDocument))]
    [InlineData("Documents", typeof(DocumentsDocument))]
    [InlineData("Uploads", typeof(UploadsDocument))]
    [InlineData("UploadDay", typeof(UploadDayDocument))]
    [InlineData("Upload", typeof(UploadDocument))]
    [InlineData("UploadReceipt", typeof(UploadReceiptDocument))]
    [InlineData("UploadRejection", typeof(UploadRejectionDocument))]
    [InlineData("Act", typeof(ActDocument))]
    [InlineData("Issuer", typeof(IssuerDocument))]
    [InlineData("Checkpoint", typeof(CheckpointDocument))]
    [InlineData("BatchRequest", typeof(BatchRequestDocument))]
    [InlineData("Digest", typeof(DigestDocument))]
    [InlineData("BatchAnswer", typeof(BatchAnswerDocument))]
    [InlineData("Issuers", typeof(IssuersDocument))]
    [InlineData("Receivers", typeof(ReceiversDocument))]
    [InlineData("Receiver", typeof(ReceiverDocument))]
    [InlineData("HandoverRequest", typeof(HandoverRequestDocument))]
    [InlineData("UploadGrant", typeof(UploadGrantDocument))]
    [InlineData("DownloadGrant", typeof(DownloadGrantDocument))]
    [InlineData("Trace", typeof(TraceDocument))]
    [InlineData("HandoverEvent", typeof(HandoverEventDocument))]
    [InlineData("Handovers", typeof(HandoversDocument))]
    [InlineData("WaitingHandover", typeof(WaitingHandoverDocument))]
    [InlineData("Withdraw", typeof(WithdrawDocument))]
    [InlineData("HandoverAct", typeof(HandoverActDocument))]
    [InlineData("Status", typeof(StatusDocument))]
    [InlineData("Keys", typeof(KeysDocument))]
    [InlineData("Key", typeof(KeyDocument))]
    [InlineData("KeysEntry", typeof(KeysEntryDocument))]
    [InlineData("Problem", typeof(ProblemDocument), "status", "detail")]
    public void Schemas_have_the_members_of_the_records(string name, Type record, params string[] alwaysGiven)
    {
        var schema = OpenApiContract.Schema(name);
        var members = DocumentJson.Instance.GetTypeInfo(record)!.Properties;
        Assert.Equal(members.Select(member => member.Name), schema.GetProperty("properties").EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            members.Where(member => member.IsRequired).Select(member => member.Name).Concat(alwaysGiven).Order(),
            schema.GetProperty("required").EnumerateArray().Select(member => member.GetString()).Order());
        foreach (var member in members)
            Assert.Equal(JsonTypeOf(member.PropertyType), TypeAndFormat(schema.GetProperty("properties").GetProperty(member.Name)));
    }

    [Fact]
    public void A_digests_pattern_accepts_exactly_the_lengths_of_the_algorithms()
    {
        var lengths = Enumerable.Range(0, 300).Where(length => Regex.IsMatch(new string('a', length), OpenApiContract.Schema("Hex").GetProperty("pattern").GetString()!));
        Assert.Equal(DigestAlgorithm.All.Select(algorithm => algorithm.Length * 2).Distinct().Order(), lengths);
    }

    [Fact]
    public async Task Every_problem_that_the_code_can_make_is_documented_with_its_status_and_no_other()
    {
        var made = new SortedSet<(string Type, int Status, string Title)>();
        var factories = typeof(Problem).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.Name is not nameof(Problem.Of)).ToArray();
        foreach (var factory in factories)
        {
            object?[][] calls = factory.GetParameters() switch
            {
                [] => [[]],
                [var only] when only.ParameterType == typeof(string) => [["detail"]],
                [var only] when only.ParameterType == typeof(int) => [[400], [404], [405], [503]],
                [var only] when only.ParameterType == typeof(IReadOnlyList<string>) => [[Array.Empty<string>()], [new[] { "near" }]],
                [var only] when only.ParameterType == typeof(TimeSpan) => [[TimeSpan.FromSeconds(3)]],
                [var only] when only.ParameterType == typeof(HandoverRefusedException) =>
                [
                    .. Failure.Conflicts.Select(conflict => new object?[] { new HandoverRefusedException(HandoverFault.Conflict, conflict) }),
                    [new HandoverRefusedException(HandoverFault.NotFound, HandoverRefusal.NoSuchReceiver("detail"))],
                    [new HandoverRefusedException(HandoverFault.NotFound, HandoverRefusal.NoSuchHandover())],
                    [new HandoverRefusedException(HandoverFault.TooLong, HandoverRefusal.TooLong())],
                    [new HandoverRefusedException(HandoverFault.Malformed, HandoverRefusal.Malformed("detail"))],
                ],
                _ => throw new NotSupportedException($"A test has to learn how to call {factory.Name}."),
            };
            foreach (var arguments in calls)
                made.Add(await TypeStatusAndTitleAsync((IResult)factory.Invoke(null, arguments)!));
        }

        var examples = Examples().ToArray();
        Assert.Equal(made, examples.Select(example => Key(example.Value)).Order());
        Assert.Equal(
            made.Select(problem => problem.Type).Order(),
            OpenApiContract.Schema("Problem").GetProperty("properties").GetProperty("type").GetProperty("enum").EnumerateArray().Select(type => type.GetString()!).Order());
        foreach (var (name, value) in examples)
        {
            Assert.Equal(ProblemDocument.TypePrefix + name, value.GetProperty("type").GetString());
            OpenApiContract.Validate(value, OpenApiContract.Schema("Problem"), name);
        }
    }

    [Fact]
    public void Every_refusal_of_a_handover_is_a_problem_or_what_a_trace_says_of_an_upload()
    {
        var refusals = typeof(HandoverRefusal).GetMethods(BindingFlags.Public | BindingFlags.Static).SelectMany(method => method.GetParameters() switch
        {
            [] => [(Rejection)method.Invoke(null, null)!],
            [var only] when only.ParameterType == typeof(string) => [(Rejection)method.Invoke(null, ["detail"])!],
            _ => new[] { HandoverState.Received, HandoverState.Declined, HandoverState.Withdrawn, HandoverState.Expired }.Select(state => (Rejection)method.Invoke(null, [state])!),
        });
        var documented = Examples().Select(example => example.Name).Concat(["malformed-handover", "longer-than-announced", "not-sealed"]);
        Assert.Subset(documented.ToHashSet(), refusals.Select(refusal => refusal.Cause).ToHashSet());
    }

    [Fact]
    public void Problems_are_listed_under_their_own_status()
    {
        foreach (var (path, method, operation) in Operations())
        {
            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(response => response.Name is not ("200" or "201" or "202" or "304")))
            {
                foreach (var example in OpenApiContract.Resolve(response.Value).GetProperty("content").GetProperty(ProblemDocument.MediaType).GetProperty("examples").EnumerateObject())
                    Assert.True(response.Name == $"{example.Value.GetProperty("value").GetProperty("status")}", $"{method} {path}: {example.Name}");
            }
        }
    }

    [Fact]
    public void No_operation_takes_a_document()
    {
        var bodies = Operations().Where(operation => operation.Operation.TryGetProperty("requestBody", out _))
            .Select(operation => (operation.Path, Assert.Single(operation.Operation.GetProperty("requestBody").GetProperty("content").EnumerateObject()).Name));
        Assert.Equal(
            [
                ("/v1/handovers", "application/json"),
                ("/v1/handovers/{id}/withdraw", "application/json"),
                ("/v1/receipts/refresh", "text/plain"),
                ("/v1/receivers/{id}/handovers/{handover}/acts", "application/json"),
                ("/v1/verify", "application/json"),
            ],
            bodies.Order());
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var references = Regex.Matches(OpenApiContract.Document.GetRawText(), """"\$ref": *"([^"]+)"""").Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(references);
        foreach (var reference in references)
            Assert.Equal(JsonValueKind.Object, reference[2..].Split('/').Aggregate(OpenApiContract.Document, (node, name) => node.GetProperty(name)).ValueKind);
    }

    [Fact]
    public void The_documents_names_are_those_of_the_code()
    {
        Assert.Equal(Names("VerdictName"), JsonNames<Verdict>());
        Assert.Equal(Names("ActKind"), JsonNames<ActKind>());
        Assert.Equal(Names("Reason"), JsonNames<ReasonCode>());
        Assert.Equal(Names("HandoverState"), JsonNames<HandoverState>());
        Assert.Equal(Names("DomainWord"), JsonNames<DomainWord>());
        Assert.Equal(Names("Algorithm"), DigestAlgorithm.All.Select(algorithm => algorithm.Name));
        Assert.Equal(UnprovenDocument.MaxActs, OpenApiContract.Schema("Unproven").GetProperty("properties").GetProperty("acts").GetProperty("maxItems").GetInt32());
        Assert.Equal(BatchRequestDocument.MaxDigests, OpenApiContract.Schema("BatchRequest").GetProperty("properties").GetProperty("digests").GetProperty("maxItems").GetInt32());
    }

    [Fact]
    public void Operations_have_ids_of_their_own()
    {
        var ids = Operations().Select(operation => operation.Operation.GetProperty("operationId").GetString()).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void Every_answer_body_and_parameter_has_an_example_that_its_schema_allows()
    {
        foreach (var (path, method, operation) in Operations())
        {
            var bodies = operation.TryGetProperty("requestBody", out var request) ? request.GetProperty("content").EnumerateObject() : default;
            var answers = Answered(operation).GetProperty("content").EnumerateObject();
            foreach (var media in answers.Concat(bodies).Where(media => media.Name is "application/json" or "application/jwk-set+json" && path != "/openapi/v1.json"))
                OpenApiContract.Validate(media.Value.GetProperty("example"), media.Value.GetProperty("schema"), $"{method} {path}");
            foreach (var parameter in operation.TryGetProperty("parameters", out var listed) ? listed.EnumerateArray() : default)
                OpenApiContract.Validate(parameter.GetProperty("example"), parameter.GetProperty("schema"), $"{method} {path} {parameter.GetProperty("name")}");
        }
    }

    [Fact]
    public void The_example_of_a_verdict_is_proven_by_its_receipt()
    {
        var verify = OpenApiContract.Document.GetProperty("paths").GetProperty("/v1/verify/{algorithm}/{digest}").GetProperty("get");
        var example = verify.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("example");
        var keys = OpenApiContract.Document.GetProperty("paths").GetProperty("/v1/keys").GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/jwk-set+json").GetProperty("example").Deserialize(DocumentJson.Instance.KeysDocument)!;
        var answer = example.Deserialize(DocumentJson.Instance.VerdictDocument)!;
        Assert.True(Digest.TryParse($"{answer.Algorithm}:{answer.Digest}", out var digest));
        var receipt = Receipt.Parse(System.Text.Encoding.UTF8.GetBytes(Assert.Single(answer.Results).Receipt));
        Assert.Equal(ActKind.Issue, ReceiptCheck.Run(receipt, digest, [.. keys.VerifierKeys.Select(NoteVerifier.Parse)]).Entry.Kind);
    }

    [Fact]
    public void The_example_of_keys_is_proven_by_its_own_entries()
    {
        var keys = OpenApiContract.Document.GetProperty("paths").GetProperty("/v1/keys").GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/jwk-set+json").GetProperty("example").Deserialize(DocumentJson.Instance.KeysDocument)!;
        Assert.Equal(0, KeyChain.Read(keys).Begin().Announced);
        Assert.Equal(keys.Keys, KeysDocument.Of([.. keys.Entries.Select(entry => KeysEntry.Parse(entry.LogIndex, entry.Receipt))]).Keys);
    }

    [Fact]
    public void Nobody_has_to_sign_in_but_institutions_for_what_is_theirs_alone()
    {
        Assert.Empty(OpenApiContract.Document.GetProperty("security").EnumerateArray());
        foreach (var (path, _, operation) in Operations())
        {
            var forIssuers = operation.GetProperty("responses").TryGetProperty("403", out _);
            Assert.Equal(forIssuers, operation.TryGetProperty("security", out var security));
            if (forIssuers)
                Assert.All(security.EnumerateArray().SelectMany(scheme => scheme.EnumerateObject()), scheme =>
                    Assert.True(OpenApiContract.Document.GetProperty("components").GetProperty("securitySchemes").TryGetProperty(scheme.Name, out _), path));
        }
    }

    [Fact]
    public async Task The_service_serves_the_document()
    {
        await using var host = await ApiHost.StartAsync();
        var response = await host.GetAsync("/openapi/v1.json");
        var served = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.True(JsonElement.DeepEquals(OpenApiContract.Document, served));
    }

    [Fact]
    public async Task The_page_of_the_document_tells_all_of_it_leads_nowhere_in_vain_and_asks_nothing_of_others()
    {
        await using var host = await ApiHost.StartAsync();
        var page = await (await host.GetAsync("/docs")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var ids = Regex.Matches(page, """\bid="([^"]+)""").Select(match => match.Groups[1].Value).ToArray();
        var schemas = OpenApiContract.Document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => "schema-" + schema.Name);
        Assert.Empty(Operations().Select(operation => operation.Operation.GetProperty("operationId").GetString()!).Concat(schemas).Except(ids));
        Assert.Empty(Regex.Matches(page, """href="#([^"]+)""").Select(match => match.Groups[1].Value).Except(ids));
        Assert.DoesNotMatch("""<script|\sstyle=|\son[a-z]+=""", page);
        var others = Regex.Matches(page, """\s(?:href|src)="([^#"][^"]*)""").Select(match => match.Groups[1].Value).ToArray();
        Assert.Contains(others, address => address.EndsWith(".css", StringComparison.Ordinal));
        foreach (var address in others)
        {
            Assert.Matches("^/(assets/[A-Za-z0-9_.-]+|openapi/v1[.]json)?$", address);
            Assert.Equal(System.Net.HttpStatusCode.OK, (await host.GetAsync(address)).StatusCode);
        }
    }

    [Fact]
    public async Task Redocly_has_nothing_against_the_document()
    {
        var lint = await FinishedProcess.RunAsync(
            new ProcessStartInfo(
                RepositoryFolder.At("clients/Web/node_modules/.bin/redocly"),
                ["lint", "--extends", "recommended-strict", "--format", "stylish", "../../functions/Api/openapi.json"])
            {
                WorkingDirectory = RepositoryFolder.At("clients/Web"),
                Environment = { ["REDOCLY_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_NOTIFICATIONS"] = "true" },
            },
            TestContext.Current.CancellationToken);
        Assert.True(lint.ExitCode == 0, lint.Output + lint.Error);
    }

    [Fact]
    public void Every_operation_answers_with_one_media_type_and_one_schema()
    {
        foreach (var (path, method, operation) in Operations().Where(operation => operation.Path != "/assets/{file}"))
        {
            var media = Assert.Single(Answered(operation).GetProperty("content").EnumerateObject());
            Assert.True(media.Value.GetProperty("schema").TryGetProperty("$ref", out _) == (media.Name.EndsWith("json", StringComparison.Ordinal) && path != "/openapi/v1.json"), $"{method} {path}");
        }
    }

    [Fact]
    public async Task A_generator_makes_types_of_the_document_that_a_client_compiles_against()
    {
        var folder = Directory.CreateTempSubdirectory("truecopy-");
        try
        {
            await RunAsync("openapi-typescript", RepositoryFolder.At("functions/Api/openapi.json"), "-o", Path.Combine(folder.FullName, "api.d.ts"));
            File.Copy(RepositoryFolder.At("clients/Web/tests/generated.ts"), Path.Combine(folder.FullName, "client.ts"));
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "tsconfig.json"),
                """{"compilerOptions":{"noEmit":true,"strict":true,"target":"ES2022","module":"ESNext","moduleResolution":"Bundler","lib":["ES2023","DOM"],"types":[],"skipDefaultLibCheck":true},"files":["client.ts"]}""",
                TestContext.Current.CancellationToken);
            await RunAsync("tsc", "-p", folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static async Task RunAsync(string tool, params string[] arguments)
        {
            var run = await FinishedProcess.RunAsync(
                new ProcessStartInfo(RepositoryFolder.At("clients/Web/node_modules/.bin/" + tool), arguments) { WorkingDirectory = RepositoryFolder.At("clients/Web") },
                TestContext.Current.CancellationToken);
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
        }
    }

    private static JsonElement Answered(JsonElement operation) => operation.GetProperty("responses").EnumerateObject().First(response => response.Name is "200" or "201").Value;

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations() =>
        OpenApiContract.Document.GetProperty("paths").EnumerateObject().SelectMany(
            path => path.Value.EnumerateObject().Select(operation => (path.Name, operation.Name.ToUpperInvariant(), operation.Value)));

    private static string PathOf(RouteEndpoint endpoint) =>
        "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{*path}", "{path}", StringComparison.Ordinal).Replace(Routes.Page, "", StringComparison.Ordinal);

    private static IEnumerable<(string Name, JsonElement Value)> Examples() =>
        OpenApiContract.Document.GetProperty("components").GetProperty("responses").EnumerateObject().SelectMany(
            response => response.Value.GetProperty("content").GetProperty(ProblemDocument.MediaType).GetProperty("examples").EnumerateObject()
                .Select(example => (example.Name, example.Value.GetProperty("value"))));

    private static (string Type, int Status, string Title) Key(JsonElement problem) =>
        (problem.GetProperty("type").GetString()!, problem.GetProperty("status").GetInt32(), problem.GetProperty("title").GetString()!);

    private static async Task<(string Type, int Status, string Title)> TypeStatusAndTitleAsync(IResult problem)
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await problem.ExecuteAsync(context);
        var document = JsonDocument.Parse(body.ToArray()).RootElement;
        Assert.Equal(context.Response.StatusCode, document.GetProperty("status").GetInt32());
        return Key(document);
    }

    private static string TypeAndFormat(JsonElement schema)
    {
        schema = OpenApiContract.Resolve(schema);
        return schema.GetProperty("type").GetString() + (schema.TryGetProperty("format", out var format) ? " " + format : "");
    }

    private static string JsonTypeOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var plain when plain == typeof(string) || plain == typeof(ReadOnlyMemory<byte>) || plain.IsEnum => "string",
        var plain when plain == typeof(DateTimeOffset) => "string date-time",
        var plain when plain == typeof(bool) => "boolean",
        var plain when plain == typeof(int) => "integer int32",
        var plain when plain == typeof(long) => "integer int64",
        { IsGenericType: true } => "array",
        _ => "object",
    };

    private static IEnumerable<string?> Names(string schema) =>
        OpenApiContract.Schema(schema).GetProperty("enum").EnumerateArray().Select(name => name.GetString());

    private static IEnumerable<string> JsonNames<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(value => JsonSerializer.Serialize(value).Trim('"'));
}
