using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using StreamJsonRpc;

namespace TrueCopy.Infra.Tests.Cli;

/// <summary>
/// The same CLI, asked over JSON-RPC: a process that has compiled once compiles again in a tenth of the time that a new one
/// takes. Parameter files read variables of the process, so there is one process for each set of them.
/// </summary>
internal sealed class BicepServer : IDisposable
{
    /// <summary>What production's parameters ask for is stated, and what a witness's do, which are others.</summary>
    public static readonly Lazy<BicepServer> Stated = new(() => new BicepServer(Bicep.Stated.Concat(Bicep.StatedOfWitness).ToDictionary()));

    /// <summary>Nothing is stated.</summary>
    public static readonly Lazy<BicepServer> Bare = new(() => new BicepServer(Bicep.Nothing));

    // It ends when its standard input does, so with the tests.
    private readonly Process _process;
    private readonly JsonRpc _calls;

    public BicepServer(IReadOnlyDictionary<string, string> variables)
    {
        _process = Process.Start(Bicep.Start(InfraFolder.Original.Path, variables, "jsonrpc", "--stdio")) ?? throw new Win32Exception();
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _calls = new JsonRpc(new HeaderDelimitedMessageHandler(_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream, new SystemTextJsonFormatter()));
        _calls.StartListening();
    }

    /// <summary>A template as it is sent to Azure.</summary>
    /// <exception cref="InvalidOperationException">It does not compile, or not without a warning.</exception>
    public async Task<JsonObject> CompileAsync(string template)
    {
        var compiled = await AskAsync("bicep/compile", new { path = template });
        return (JsonObject)JsonNode.Parse(compiled["contents"]!.ToString())!;
    }

    /// <summary>Compiles a parameter file and all that it uses; the answer has its <c>parameters</c>, as JSON in a string.</summary>
    /// <exception cref="InvalidOperationException">The compiler or its linter says something; the message has a line for each.</exception>
    public Task<JsonObject> CheckAsync(string parameters) => AskAsync("bicep/compileParams", new { path = parameters, parameterOverrides = new { } });

    /// <summary>A source as the formatter would have it.</summary>
    public async Task<string> FormatAsync(string source) =>
        (await _calls.InvokeAsync<JsonObject>("bicep/format", new { path = source }))["contents"]!.ToString();

    /// <summary>What a parameter file deploys, as a snapshot holds it.</summary>
    /// <exception cref="InvalidOperationException">It does not compile, or cannot be deployed; the message says why.</exception>
    public async Task<JsonObject> PredictAsync(string parameters, string deploymentName)
    {
        try
        {
            var metadata = new { Bicep.Pretence.tenantId, Bicep.Pretence.subscriptionId, Bicep.Pretence.location, deploymentName };
            var answer = await _calls.InvokeAsync<JsonObject>("bicep/getSnapshot", new { path = parameters, metadata });
            return (JsonObject)JsonNode.Parse(answer["snapshot"]!.ToString())!;
        }
        catch (RemoteInvocationException refused)
        {
            // Of what does not compile it says no more than that. To ask each time would be to compile everything twice.
            await CheckAsync(parameters);
            throw new InvalidOperationException(refused.Message, refused);
        }
    }

    public void Dispose()
    {
        _calls.Dispose();
        _process.Dispose();
    }

    private async Task<JsonObject> AskAsync(string method, object request)
    {
        var answer = await _calls.InvokeAsync<JsonObject>(method, request);
        var diagnostics = ((JsonArray)answer["diagnostics"]!).Select(said => $"{said!["source"]}: {said["level"]} {said["code"]}: {said["message"]}").ToList();
        return answer["success"]!.GetValue<bool>() && diagnostics.Count == 0 ? answer : throw new InvalidOperationException(string.Join('\n', diagnostics));
    }
}
