using System.Reflection;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>The code and the Bicep mean the same containers, queues and tables.</summary>
public class StorageNamesTests
{
    public static TheoryData<string> Environments => [.. Deployments.Environments];

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task Containers_and_tables_are_those_of_the_code(string environment)
    {
        var deployment = await Deployments.GetAsync(environment);
        AssertSame(Constants("Container"), deployment.Of(Container, "/ledger"));
        AssertSame(Constants("Table"), deployment.Of(Table, "/ledger"));
    }

    [Theory]
    [MemberData(nameof(Environments))]
    public async Task Queues_are_those_of_the_code_each_with_one_for_poison(string environment)
    {
        var deployment = await Deployments.GetAsync(environment);
        var queues = StorageNames.Queues;
        Assert.Superset(Constants("Queue").ToHashSet(), queues.ToHashSet());
        AssertSame(queues.Concat(queues.Select(queue => queue + StorageNames.PoisonSuffix)), deployment.Of(Queue, "/ledger"));
    }

    [Fact]
    public async Task Events_arrive_where_the_code_reads_them()
    {
        var subscriptions = (await Deployments.GetAsync(Deployments.Production)).Of(Subscription).ToList();
        Assert.Equal(2, subscriptions.Count);
        Assert.All(subscriptions, uploads =>
        {
            Assert.Equal(
                StorageNames.BlobEventsQueue,
                uploads.Text("properties.deliveryWithResourceIdentity.destination.properties.queueName"));
            Assert.Equal(
                StorageNames.DeadLettersContainer,
                uploads.Text("properties.deadLetterWithResourceIdentity.deadLetterDestination.properties.blobContainerName"));
        });
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<Resource> deployed) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), deployed.Select(resource => resource.Name).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Constants(string kind) =>
        typeof(StorageNames).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral && field.Name.EndsWith(kind, StringComparison.Ordinal))
            .Select(field => (string)field.GetRawConstantValue()!);
}
