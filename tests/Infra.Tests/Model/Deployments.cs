using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Cli;

namespace TrueCopy.Infra.Tests.Model;

/// <summary>What the parameter files deploy, predicted by Bicep from the sources as they are now.</summary>
internal static class Deployments
{
    public const string Development = "dev";

    public const string Production = "prod";

    /// <summary>Production with sign-in, and a principal for each institution.</summary>
    public const string Guarded = "guarded";

    public const string BankPrincipal = "00000000-0000-0000-0000-00000000ba00";
    public const string RegistryPrincipal = "00000000-0000-0000-0000-000000004e90";
    public const string LenderPrincipal = "00000000-0000-0000-0000-000000001e4d";

    // Production's file names none, since each is an entry of the log for ever.
    private const string TwoIssuers =
        """
        param issuers = [
          { id: 'demo-bank', legalName: 'Demo Bank', jurisdiction: 'CN-GD', principals: [] }
          { id: 'demo-registry', legalName: 'Demo Registry', jurisdiction: 'HK', algorithms: ['sm3'], principals: [] }
        ]
        """;

    private const string OneReceiver =
        """
        param receivers = [
          {
            id: 'demo-lender'
            legalName: 'Demo Lender'
            jurisdiction: 'HK'
            encryptionKey: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
            purposes: ['credit']
            keepsDays: 365
            principals: []
          }
        ]
        """;

    private static readonly string[] Names = [Development, Production, Guarded];

    private static readonly Lazy<Task<JsonObject>> Compiling = new(() => BicepServer.Bare.Value.CompileAsync(InfraFolder.Original.File("main.bicep")));

    private static readonly Lazy<Task<Dictionary<string, Deployment>>> All = new(PredictAllAsync);

    public static IEnumerable<string> Environments => Names;

    /// <summary>The template as it is sent to Azure, before it is evaluated.</summary>
    public static Task<JsonObject> Template => Compiling.Value;

    public static async Task<Deployment> GetAsync(string environment) => (await All.Value)[environment];

    /// <summary>The prediction for production's parameters, with two issuers and a receiver, as a test has changed them.</summary>
    public static Task<Deployment> PredictAsync(Func<string, string> change) => PredictAsync(change, Bicep.Pretence.deploymentName);

    /// <summary>Likewise, by a deployment of another name, as each is in Azure.</summary>
    public static async Task<Deployment> PredictAsync(Func<string, string> change, string deploymentName)
    {
        using var folder = InfraFolder.Copy();
        var original = WithInstitutions(folder.Read("prod.bicepparam"));
        var changed = change(original);
        Assert.True(changed != original, "nothing is changed");
        folder.Write("changed.bicepparam", changed);
        return await PredictAsync(folder, "changed", deploymentName);
    }

    /// <summary>A change to parameters: as if a variable were stated otherwise.</summary>
    public static string Stating(string parameters, string variable, string value, string unstated = "")
    {
        var read = $"readEnvironmentVariable('{variable}', '{unstated}')";
        Assert.Contains(read, parameters, StringComparison.Ordinal);
        return parameters.Replace(read, $"'{value}'", StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, Deployment>> PredictAllAsync()
    {
        using var folder = InfraFolder.Copy();
        folder.Write("prod.bicepparam", WithInstitutions(folder.Read("prod.bicepparam")));
        folder.Write($"{Guarded}.bicepparam", Guard(folder.Read("prod.bicepparam")));
        var predictions = Names.ToDictionary(name => name, name => PredictAsync(folder, name, Bicep.Pretence.deploymentName));
        await Task.WhenAll(predictions.Values);
        return predictions.ToDictionary(pair => pair.Key, pair => pair.Value.Result);
    }

    private static async Task<Deployment> PredictAsync(InfraFolder folder, string name, string deploymentName)
    {
        var bicep = name == Development ? BicepServer.Bare : BicepServer.Stated;
        var prediction = await bicep.Value.PredictAsync(folder.File($"{name}.bicepparam"), deploymentName);
        AddOptions(prediction, await Template);
        return new Deployment(prediction, name);
    }

    /// <summary>A prediction leaves out how resources are deployed, such as "only if it does not exist".</summary>
    public static void AddOptions(JsonObject prediction, JsonObject template)
    {
        foreach (var compiled in Compiled.Resources(template).Where(resource => resource["@options"] is not null))
            foreach (var predicted in ((JsonArray)prediction["predictedResources"]!).OfType<JsonObject>())
                if (predicted["type"]!.ToString() == compiled["type"]!.ToString())
                    predicted["@options"] = compiled["@options"]!.DeepClone();
    }

    private static string WithInstitutions(string production)
    {
        Assert.Contains("param issuers = []", production, StringComparison.Ordinal);
        Assert.Contains("param receivers = []", production, StringComparison.Ordinal);
        return production.Replace("param issuers = []", TwoIssuers, StringComparison.Ordinal).Replace("param receivers = []", OneReceiver, StringComparison.Ordinal);
    }

    private static string Guard(string production)
    {
        var guarded = production;
        foreach (var principal in new[] { BankPrincipal, RegistryPrincipal, LenderPrincipal })
        {
            var place = guarded.IndexOf("principals: []", StringComparison.Ordinal);
            Assert.True(place > 0, "there should be an institution without principals");
            guarded = guarded[..place] + $"principals: [{{ id: '{principal}', type: 'ServicePrincipal' }}]" + guarded[(place + 14)..];
        }

        return guarded + "\nparam signIn = { clientId: '00000000-0000-0000-0000-00000000c11e', required: true }\n";
    }
}
