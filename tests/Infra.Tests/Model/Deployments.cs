using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Cli;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>What the parameter files deploy, predicted by Bicep from the sources as they are now.</summary>
internal static class Deployments
{
    public const string Development = "dev";

    public const string Production = "prod";

    /// <summary>Production with sign-in, and a principal for each issuer.</summary>
    public const string Guarded = "guarded";

    public const string BankPrincipal = "00000000-0000-0000-0000-00000000ba00";
    public const string RegistryPrincipal = "00000000-0000-0000-0000-000000004e90";

    // Production's file names none, since each is an entry of the log for ever.
    private const string TwoIssuers =
        """
        param issuers = [
          { id: 'demo-bank', legalName: 'Demo Bank', jurisdiction: 'CN-GD', principals: [] }
          { id: 'demo-registry', legalName: 'Demo Registry', jurisdiction: 'HK', algorithms: ['sm3'], principals: [] }
        ]
        """;

    private static readonly string[] Names = [Development, Production, Guarded];

    private static readonly Lazy<Task<JsonObject>> Compiling = new(CompileAsync);

    private static readonly Lazy<Task<Dictionary<string, Deployment>>> All = new(PredictAllAsync);

    public static IEnumerable<string> Environments => Names;

    /// <summary>The template as it is sent to Azure, before it is evaluated.</summary>
    public static Task<JsonObject> Template => Compiling.Value;

    public static async Task<Deployment> GetAsync(string environment) => (await All.Value)[environment];

    /// <summary>The prediction for production's parameters, with two issuers, as a test has changed them.</summary>
    public static Task<Deployment> PredictAsync(Func<string, string> change, params IEnumerable<(string Name, string Value)> variables) =>
        PredictAsync(change, "truecopy", variables);

    /// <summary>Likewise, by a deployment of another name, as each is in Azure.</summary>
    public static async Task<Deployment> PredictAsync(Func<string, string> change, string deploymentName, params IEnumerable<(string Name, string Value)> variables)
    {
        using var folder = InfraFolder.Copy();
        var original = WithIssuers(folder.Read("prod.bicepparam"));
        var changed = change(original);
        Assert.True(changed != original || variables.Any(), "nothing is changed");
        folder.Write("changed.bicepparam", changed);
        var stated = Bicep.Stated.ToDictionary();
        foreach (var (name, value) in variables)
            stated[name] = value;
        return await PredictAsync(folder, "changed", stated, deploymentName);
    }

    private static async Task<Dictionary<string, Deployment>> PredictAllAsync()
    {
        using var folder = InfraFolder.Copy();
        folder.Write("prod.bicepparam", WithIssuers(folder.Read("prod.bicepparam")));
        folder.Write($"{Guarded}.bicepparam", Guard(folder.Read("prod.bicepparam")));
        var predictions = Names.ToDictionary(name => name, name => PredictAsync(folder, name, name == Development ? Bicep.Nothing : Bicep.Stated));
        await Task.WhenAll(predictions.Values);
        return predictions.ToDictionary(pair => pair.Key, pair => pair.Value.Result);
    }

    private static async Task<Deployment> PredictAsync(InfraFolder folder, string name, IReadOnlyDictionary<string, string> variables, string deploymentName = "truecopy")
    {
        string[] arguments = ["snapshot", $"{name}.bicepparam", "--mode", "overwrite", .. Bicep.Pretended[..^1], deploymentName];
        (await Bicep.RunAsync(folder.Path, variables, arguments)).MustSucceed();
        var prediction = (JsonObject)JsonNode.Parse(folder.Read($"{name}.snapshot.json"))!;
        AddOptions(prediction, await Template);
        return new Deployment(prediction, name);
    }

    private static async Task<JsonObject> CompileAsync()
    {
        var build = await Bicep.RunAsync(InfraFolder.Original.Path, "build", "main.bicep", "--stdout");
        return (JsonObject)JsonNode.Parse(build.MustSucceed().Output)!;
    }

    /// <summary>A prediction leaves out how resources are deployed, such as "only if it does not exist".</summary>
    public static void AddOptions(JsonObject prediction, JsonObject template)
    {
        foreach (var compiled in Compiled.Resources(template).Where(resource => resource["@options"] is not null))
            foreach (var predicted in ((JsonArray)prediction["predictedResources"]!).OfType<JsonObject>())
                if (predicted["type"]!.ToString() == compiled["type"]!.ToString())
                    predicted["@options"] = compiled["@options"]!.DeepClone();
    }

    private static string WithIssuers(string production)
    {
        Assert.Contains("param issuers = []", production, StringComparison.Ordinal);
        return production.Replace("param issuers = []", TwoIssuers, StringComparison.Ordinal);
    }

    private static string Guard(string production)
    {
        var guarded = production;
        foreach (var principal in new[] { BankPrincipal, RegistryPrincipal })
        {
            var place = guarded.IndexOf("principals: []", StringComparison.Ordinal);
            Assert.True(place > 0, "there should be two issuers without principals");
            guarded = guarded[..place] + $"principals: [{{ id: '{principal}', type: 'ServicePrincipal' }}]" + guarded[(place + 14)..];
        }

        return guarded + "\nparam signIn = { clientId: '00000000-0000-0000-0000-00000000c11e', required: true }\n";
    }
}
