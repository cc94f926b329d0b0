using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Cli;
using TrueCopy.Infra.Tests.Model;

namespace TrueCopy.Infra.Tests;

/// <summary>What the Bicep CLI itself says about the sources.</summary>
public class SourceTests
{
    /// <summary>The templates that are deployed; what is said of one is said of all the modules in it.</summary>
    private static readonly string[] Whole = ["main.bicep", "witness.bicep"];

    public static TheoryData<string> Committed => [Deployments.Development, Deployments.Production];

    [Fact]
    public async Task Formatting_changes_nothing()
    {
        foreach (var source in InfraFolder.Original.Sources)
            Assert.Equal(InfraFolder.Original.Read(source), await BicepServer.Bare.Value.FormatAsync(InfraFolder.Original.File(source)));
    }

    [Fact]
    public async Task The_linter_has_nothing_to_say()
    {
        foreach (var whole in Whole)
            await BicepServer.Bare.Value.CompileAsync(InfraFolder.Original.File(whole));
    }

    [Fact]
    public async Task The_linter_looks_at_every_file_and_takes_what_it_finds_for_an_error()
    {
        using var copy = InfraFolder.Copy();
        var templates = copy.Sources.Where(source => source.EndsWith(".bicep", StringComparison.Ordinal)).ToList();
        foreach (var template in templates)
            copy.Write(template, copy.Read(template) + "\nvar forgotten = 1\n");

        var found = new List<string>();
        foreach (var whole in Whole)
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => BicepServer.Bare.Value.CompileAsync(copy.File(whole)));
            found.AddRange(refused.Message.Split('\n'));
        }

        Assert.All(templates, template => Assert.Contains(found, line => line.Contains($"{template}: Error no-unused-vars: ", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Committed))]
    public async Task Parameters_and_template_build_without_a_warning(string environment)
    {
        await Of(environment).CheckAsync(InfraFolder.Original.File($"{environment}.bicepparam"));
    }

    [Theory]
    [MemberData(nameof(Committed))]
    public async Task What_is_deployed_is_what_the_snapshot_says(string environment)
    {
        var prediction = await Of(environment).PredictAsync(InfraFolder.Original.File($"{environment}.bicepparam"), Bicep.Pretence.deploymentName);
        Assert.True(
            IsSnapshot(prediction, InfraFolder.Original, environment),
            $"""
            If what is deployed now is what you meant, run this in infra/ and review the difference:
            {string.Concat(VariablesOf(environment).Select(variable => $"{variable.Key}={variable.Value} "))}bicep snapshot {environment}.bicepparam {string.Join(' ', Bicep.Pretended)} --mode overwrite
            """);
    }

    [Fact]
    public async Task A_difference_from_the_snapshot_is_noticed()
    {
        using var copy = InfraFolder.Copy();
        copy.Write("dev.snapshot.json", InfraFolder.Original.Read("dev.snapshot.json"));
        var parameters = copy.Read("dev.bicepparam");
        copy.Write("dev.bicepparam", parameters.Replace("maximumInstances = 40", "maximumInstances = 41", StringComparison.Ordinal));

        Assert.False(IsSnapshot(await Of(Deployments.Development).PredictAsync(copy.File("dev.bicepparam"), Bicep.Pretence.deploymentName), copy, Deployments.Development));
    }

    private static bool IsSnapshot(JsonObject prediction, InfraFolder folder, string environment) =>
        JsonNode.DeepEquals(prediction, JsonNode.Parse(folder.Read($"{environment}.snapshot.json")));

    private static BicepServer Of(string environment) =>
        (environment == Deployments.Production ? BicepServer.Stated : BicepServer.Bare).Value;

    private static IReadOnlyDictionary<string, string> VariablesOf(string environment) =>
        environment == Deployments.Production ? Bicep.Stated : Bicep.Nothing;
}
