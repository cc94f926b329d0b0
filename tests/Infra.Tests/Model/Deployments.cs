using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Cli;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>What the parameter files deploy, predicted by Bicep from the sources as they are now.</summary>
internal static class Deployments
{
    public const string Development = "dev";

    public const string Production = "prod";

    /// <summary>Production with what its parameter file leaves empty: sign-in, and a principal for each issuer.</summary>
    public const string Guarded = "guarded";

    public const string BankPrincipal = "00000000-0000-0000-0000-00000000ba00";
    public const string RegistryPrincipal = "00000000-0000-0000-0000-000000004e90";

    private static readonly string[] Names = [Development, Production, Guarded];

    private static readonly Lazy<Task<JsonObject>> Compiling = new(CompileAsync);

    private static readonly Lazy<Task<Dictionary<string, Deployment>>> All = new(PredictAllAsync);

    public static IEnumerable<string> Environments => Names;

    /// <summary>The template as it is sent to Azure, before it is evaluated.</summary>
    public static Task<JsonObject> Template => Compiling.Value;

    public static async Task<Deployment> GetAsync(string environment) => (await All.Value)[environment];

    /// <summary>The prediction for production's parameters as a test has changed them.</summary>
    public static async Task<Deployment> PredictAsync(Func<string, string> change)
    {
        using var folder = InfraFolder.Copy();
        var original = folder.Read("prod.bicepparam");
        var changed = change(original);
        Assert.NotEqual(original, changed);
        folder.Write("changed.bicepparam", changed);
        return await PredictAsync(folder, "changed");
    }

    private static async Task<Dictionary<string, Deployment>> PredictAllAsync()
    {
        using var folder = InfraFolder.Copy();
        folder.Write($"{Guarded}.bicepparam", Guard(folder.Read("prod.bicepparam")));
        var predictions = Names.ToDictionary(name => name, name => PredictAsync(folder, name));
        await Task.WhenAll(predictions.Values);
        return predictions.ToDictionary(pair => pair.Key, pair => pair.Value.Result);
    }

    private static async Task<Deployment> PredictAsync(InfraFolder folder, string name)
    {
        (await Bicep.RunAsync(folder.Path, ["snapshot", $"{name}.bicepparam", "--mode", "overwrite", .. Bicep.Pretended])).MustSucceed();
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
    private static void AddOptions(JsonObject prediction, JsonObject template)
    {
        foreach (var compiled in Compiled.Resources(template).Where(resource => resource["@options"] is not null))
            foreach (var predicted in ((JsonArray)prediction["predictedResources"]!).OfType<JsonObject>())
                if (predicted["type"]!.ToString() == compiled["type"]!.ToString())
                    predicted["@options"] = compiled["@options"]!.DeepClone();
    }

    private static string Guard(string production)
    {
        var guarded = production;
        foreach (var principal in new[] { BankPrincipal, RegistryPrincipal })
        {
            var place = guarded.IndexOf("principals: []", StringComparison.Ordinal);
            Assert.True(place > 0, "prod.bicepparam should have two issuers without principals");
            guarded = guarded[..place] + $"principals: [{{ id: '{principal}', type: 'ServicePrincipal' }}]" + guarded[(place + 14)..];
        }

        return guarded + "\nparam signIn = { clientId: '00000000-0000-0000-0000-00000000c11e', required: true }\n";
    }
}
