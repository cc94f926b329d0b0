using System.Globalization;
using TrueCopy.Infra.Tests.Cli;

namespace TrueCopy.Infra.Tests.Cost;

/// <summary>The figures in docs/operations.md are the model's; change the prices here and take over what the failing test prints.</summary>
public sealed class CostTests
{
    private static readonly long[] Documents = [1_000, 100_000, 10_000_000];

    private static CostModel[] Models =>
    [
        .. Documents.Select(documents => new CostModel(Prices.Dev, 0, documents)),
        .. Documents.Select(documents => new CostModel(Prices.Prod, 2, documents)),
    ];

    [Fact]
    public void The_operations_page_states_the_prices_that_the_model_assumes() => AssertStates("prices", Table(
        ["unit", "dev, $", "prod, $"],
        Prices.List.Select(price => new[] { price.What, Plain(price.Dev), Plain(price.Prod) })));

    [Fact]
    public void The_operations_page_states_what_the_model_says_a_month_costs()
    {
        var rows = Models[0].Bill.Select((item, i) => new[] { item.What }.Concat(Models.Select(model => Dollars(model.Bill.ElementAt(i).Dollars))));
        AssertStates("cost", Table(
            ["a month, $", "dev, 1,000", "100,000", "10,000,000", "prod, 1,000", "100,000", "10,000,000"],
            [
                .. rows,
                ["**all**", .. Models.Select(model => $"**{Dollars(model.Total)}**")],
                ["cents a document", .. Models.Zip([.. Documents, .. Documents], (model, documents) => (model.Total * 100 / documents).ToString("0.###", CultureInfo.InvariantCulture))],
                ["storage operations a document", .. Models.Select(model => model.OperationsADocument.ToString("0.0", CultureInfo.InvariantCulture))],
                ["checkpoints signed", .. Models.Select(model => model.Batches.ToString("N0", CultureInfo.InvariantCulture))],
                ["vault, if each document were signed", .. Models.Select(model => Dollars(model.VaultIfEachWereSigned))],
            ]));
    }

    [Fact]
    public void The_page_of_handovers_states_what_the_model_says_a_million_a_month_add()
    {
        HandoverCostModel[] models = [.. from prices in new[] { Prices.Dev, Prices.Prod } from handovers in new[] { 1_000L, 1_000_000 } select new HandoverCostModel(prices, handovers)];
        var rows = models[0].Bill.Select((item, i) => new[] { item.What }.Concat(models.Select(model => Dollars(model.Bill.ElementAt(i).Dollars))));
        AssertStates("handover-cost", Table(
            ["a month, $", "dev, 1,000", "1,000,000", "prod, 1,000", "1,000,000"],
            [
                .. rows,
                ["**all**", .. models.Select(model => $"**{Dollars(model.Total)}**")],
                ["requests to storage a handover", .. models.Select(model => model.OperationsAHandover.ToString("0.0", CultureInfo.InvariantCulture))],
                ["checkpoints signed", .. models.Select(model => model.Batches.ToString("N0", CultureInfo.InvariantCulture))],
            ]), "docs/operations/handovers.md");
    }

    [Fact]
    public void Group_commit_bounds_what_signing_costs_however_many_documents_there_are()
    {
        var (much, more) = (new CostModel(Prices.Prod, 2, 10_000_000), new CostModel(Prices.Prod, 2, 1_000_000_000));
        Assert.Equal(much.Batches, more.Batches, precision: 6);
        Assert.True(more.VaultIfEachWereSigned > 90 * much.VaultIfEachWereSigned);
    }

    private static void AssertStates(string section, string table, string file = "docs/operations.md")
    {
        var page = InfraFolder.Original.Read($"../{file}");
        Assert.True(
            page.Contains($"<!-- {section} -->\n{table}<!-- /{section} -->", StringComparison.Ordinal),
            $"{file} should say between the markers of {section}:\n{table}");
    }

    private static string Table(string[] head, IEnumerable<IEnumerable<string>> rows) =>
        string.Concat(new[] { head, [.. head.Select((_, i) => i == 0 ? "---" : "---:")] }.Concat(rows).Select(row => $"| {string.Join(" | ", row)} |\n"));

    private static string Plain(decimal price) => price == 0 ? "" : price.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Dollars(decimal dollars) => dollars switch
    {
        0 => "0",
        < 0.005m => "<0.01",
        < 10 => dollars.ToString("0.00", CultureInfo.InvariantCulture),
        _ => dollars.ToString("N0", CultureInfo.InvariantCulture),
    };
}
