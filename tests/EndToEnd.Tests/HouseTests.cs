using System.Xml.Linq;

namespace TrueCopy.EndToEnd.Tests;

/// <summary>The plan of the house: who may know of whom. Dependencies point one way, and each project knows no more than its readers need.</summary>
public sealed class HouseTests
{
    private static readonly Dictionary<string, string[]> Rooms = new()
    {
        ["functions/TransparencyLog"] = [],
        ["functions/Receipts"] = ["TransparencyLog"],
        ["functions/Storage"] = [],
        ["functions/Ledger"] = ["Receipts", "Storage"],
        ["functions/AzureStorage"] = ["Ledger"],
        ["functions/Witness"] = ["Receipts", "Storage"],
        ["functions/WitnessApp"] = ["AzureStorage", "Sdk", "Witness"],
        ["functions/Api"] = ["Ledger", "Web"],
        ["functions/App"] = ["Api", "AzureStorage", "Sdk"],
        ["functions/Local"] = ["Api", "AzureStorage", "Sdk", "Witness"],
        ["clients/Web"] = [],
        ["clients/Sdk"] = ["Receipts"],
        ["clients/Cli"] = ["Sdk"],
        ["clients/Admin"] = ["AzureStorage", "Cli"],
    };

    public static TheoryData<string> Projects => [.. Rooms.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_knows_only_those_below_it(string project) => Assert.Equal(Rooms[project], References(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_project_of_the_product_has_its_place_in_the_plan() =>
        Assert.Equal(
            Rooms.Keys.Order(StringComparer.Ordinal),
            new[] { "clients", "functions" }
                .SelectMany(folder => Directory.EnumerateFiles(RepositoryFolder.At(folder), "*.csproj", SearchOption.AllDirectories))
                .Select(file => Path.GetRelativePath(RepositoryFolder.Path, Path.GetDirectoryName(file)!).Replace('\\', '/'))
                .Where(folder => !folder.Contains("/obj/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("functions/TransparencyLog")]
    [InlineData("functions/Receipts")]
    [InlineData("functions/Storage")]
    [InlineData("functions/Ledger")]
    [InlineData("functions/Witness")]
    [InlineData("functions/Api")]
    [InlineData("clients/Sdk")]
    public void What_proves_and_decides_knows_nothing_of_Azure(string project) =>
        Assert.DoesNotContain(References(project, "PackageReference"), package => package!.StartsWith("Azure.", StringComparison.Ordinal) || package.StartsWith("Microsoft.Azure.", StringComparison.Ordinal));

    [Fact]
    public void The_tool_knows_storage_only_where_institutions_issue()
    {
        var always = XDocument.Load(FileOf("clients/Cli")).Descendants("PackageReference")
            .Where(package => package.Parent!.Attribute("Condition") is null)
            .Select(package => package.Attribute("Include")!.Value);
        Assert.DoesNotContain(always, package => package.StartsWith("Azure.", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_measured_collects_garbage_as_what_is_deployed()
    {
        Assert.Equal("false", ConcurrentCollectionOf("functions/App"));
        Assert.Equal("false", ConcurrentCollectionOf("tests/Benchmarks"));

        static string ConcurrentCollectionOf(string project) => XDocument.Load(FileOf(project)).Descendants("ConcurrentGarbageCollection").Single().Value;
    }

    private static IEnumerable<string?> References(string project, string kind) =>
        XDocument.Load(FileOf(project)).Descendants(kind).Select(reference => reference.Attribute("Include")?.Value);

    private static string FileOf(string project) => RepositoryFolder.At(project, $"{Path.GetFileName(project)}.csproj");
}
