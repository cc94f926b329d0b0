using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

internal static class EventRules
{
    private const string DeadLetter = "properties.deadLetterWithResourceIdentity";

    public static IEnumerable<Rule> All =>
    [
        Rule.All("Events_travel_by_managed_identity",
            (Topic, "", topic => topic.Text("identity.type") == "SystemAssigned"),
            (Subscription, "", uploads =>
                uploads.Text("properties.deliveryWithResourceIdentity.identity.type") == "SystemAssigned"
                && uploads.Text("properties.deliveryWithResourceIdentity.destination.endpointType") == "StorageQueue"
                && uploads.At("properties.destination") is null)),

        Rule.Each("Events_are_CloudEvents", Subscription,
            uploads => uploads.Text("properties.eventDeliverySchema") == "CloudEventSchemaV1_0"),

        Rule.Each("Events_come_only_from_containers_of_institutions", Subscription, uploads =>
            uploads.Text("properties.filter.subjectBeginsWith")
                == "/blobServices/default/containers/" + (uploads.Id.Contains("/evgt-handover-", StringComparison.Ordinal) ? "receiver-" : "issuer-")
            && uploads.Flag("properties.filter.isSubjectCaseSensitive") == true),

        Rule.Each("Only_finished_uploads_are_events", Subscription, uploads =>
            uploads.IsExactly("properties.filter.includedEventTypes", "Microsoft.Storage.BlobCreated")
            && Filters(uploads, "StringIn", "data.api", "PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose")),

        Rule.Each("No_upload_is_left_out_for_its_name", Subscription, uploads =>
            uploads.At("properties.filter.subjectEndsWith") is null
            && uploads.Items("properties.filter.advancedFilters").All(filter => new Resource(filter.AsObject()).Text("key") is "data.api" or "data.eTag")),

        Rule.Each("Undeliverable_events_are_kept", Subscription, uploads =>
            uploads.Text(DeadLetter + ".identity.type") == "SystemAssigned"
            && uploads.Text(DeadLetter + ".deadLetterDestination.properties.blobContainerName") == "dead-letters"
            && uploads.At("properties.deadLetterDestination") is null),

        Rule.Each("An_outage_of_a_day_loses_no_event", Subscription, uploads =>
            uploads.Number("properties.retryPolicy.eventTimeToLiveInMinutes") == 1440
            && uploads.Number("properties.retryPolicy.maxDeliveryAttempts") == 30
            && uploads.Number("properties.deliveryWithResourceIdentity.destination.properties.queueMessageTimeToLiveInSeconds") == -1),
    ];

    private static bool Filters(Resource subscription, string operation, string key, params string[] values) =>
        subscription.Items("properties.filter.advancedFilters").Select(filter => new Resource(filter.AsObject())).Any(filter =>
            filter.Text("operatorType") == operation && filter.Text("key") == key && filter.IsExactly("values", values));
}
