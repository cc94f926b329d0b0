using System.Text;
using System.Text.Json.Nodes;
using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests;

/// <summary>How the queues of blob events share them: judged by the filters as Event Grid evaluates them.</summary>
public sealed class EventSharingTests
{
    // Of all filters of a subscription together.
    private const int MostValues = 25;

    public static TheoryData<int> Numbers => [.. BlobEventQueues.Numbers];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Every_event_is_in_one_queue_and_in_one_only_whatever_names_and_versions_are(int queues)
    {
        var deployment = queues == BlobEventQueues.Default
            ? await Deployments.GetAsync(Deployments.Production)
            : await Deployments.PredictAsync(parameters => parameters + $"\nparam eventQueues = {queues}\n");
        var subscriptions = deployment.Of(Subscription).Where(subscription => !subscription.Id.Contains("/evgt-handover-", StringComparison.Ordinal)).ToList();
        Assert.Equal(BlobEventQueues.All.Take(queues), subscriptions.Select(QueueOf).Order(StringComparer.Ordinal));
        Assert.All(subscriptions, subscription => Assert.InRange(Filters(subscription).Sum(filter => Values(filter).Count()), 1, MostValues));

        var random = new Random(7);
        var shares = BlobEventQueues.All.ToDictionary(queue => queue, _ => 0);
        foreach (var etag in ETags(random))
        {
            var upload = Event($"/blobServices/default/containers/issuer-{Text(random, 20)}/blobs/{Text(random, 60)}", etag);
            var queue = Assert.Single(subscriptions, subscription => Takes(subscription, upload));
            Assert.Equal(BlobEventQueues.QueueOf(etag ?? "", queues), QueueOf(queue));
            shares[QueueOf(queue)] += etag is { Length: > 2 } && etag.StartsWith("0x8D", StringComparison.Ordinal) ? 1 : 0;
        }

        // As many of each digit: as even as it can be.
        Assert.Single(shares.Values.Where(share => share > 0).Distinct());
        Assert.DoesNotContain(subscriptions, subscription => Takes(subscription, Event("/blobServices/default/containers/answers-bank/blobs/a", "0x8D1")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(16)]
    public void Queues_that_could_not_share_evenly_are_refused(int queues) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BlobEventQueues.QueueOf("0x1", queues));

    // As storage makes them, in both cases; and whatever else it might one day make, or leave out.
    private static IEnumerable<string?> ETags(Random random)
    {
        foreach (var digit in "0123456789abcdef")
        {
            yield return $"0x8DD{random.Next():X}{digit}";
            yield return $"0x8DD{random.Next():X}{char.ToUpperInvariant(digit)}";
        }

        yield return null;
        yield return "";
        yield return "\"0x1C\"";
        for (var i = 0; i < 500; i++)
            yield return Text(random, 12);
    }

    private static string Text(Random random, int most)
    {
        var text = new StringBuilder();
        for (var length = random.Next(1, most); length > 0; length--)
            text.Append(random.Next(3) switch { 0 => new Rune(random.Next(0x20, 0x7F)), 1 => new Rune(random.Next(0xA0, 0xD7FF)), _ => new Rune(random.Next(0x10000, 0x10FFFF)) });
        return text.ToString();
    }

    private static JsonObject Event(string subject, string? etag)
    {
        var data = new JsonObject { ["api"] = "PutBlob" };
        if (etag is not null)
            data["eTag"] = etag;
        return new JsonObject { ["type"] = "Microsoft.Storage.BlobCreated", ["subject"] = subject, ["data"] = data };
    }

    private static string QueueOf(Resource subscription) => subscription.Text("properties.deliveryWithResourceIdentity.destination.properties.queueName")!;

    // Filters are all to hold; of a filter's values one, or for a negative one none. Advanced filters compare without case, and what is
    // not there ends with nothing.
    private static bool Takes(Resource subscription, JsonObject upload) =>
        upload["subject"]!.ToString().StartsWith(subscription.Text("properties.filter.subjectBeginsWith")!, StringComparison.Ordinal)
        && Filters(subscription).All(filter =>
        {
            var value = upload["data"]![filter.Text("key")!.Split('.')[1]]?.ToString() ?? "";
            return filter.Text("operatorType") switch
            {
                "StringIn" => Values(filter).Contains(value, StringComparer.OrdinalIgnoreCase),
                "StringEndsWith" => Values(filter).Any(end => value.EndsWith(end, StringComparison.OrdinalIgnoreCase)),
                "StringNotEndsWith" => !Values(filter).Any(end => value.EndsWith(end, StringComparison.OrdinalIgnoreCase)),
                var other => throw new InvalidOperationException($"It is not known how Event Grid evaluates {other}."),
            };
        });

    private static IEnumerable<Resource> Filters(Resource subscription) => subscription.Items("properties.filter.advancedFilters").Select(filter => new Resource(filter.AsObject()));

    private static IEnumerable<string> Values(Resource filter) => filter.Items("values").Select(value => value.ToString());
}
