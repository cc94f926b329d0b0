using TrueCopy.Infra.Tests.Model;
using static TrueCopy.Infra.Tests.Model.AzureTypes;

namespace TrueCopy.Infra.Tests.Rules;

internal static class MonitoringRules
{
    private static readonly string[] Watched =
    [
        "DeadLetteredCount", "ServiceApiResult",
        "truecopy.poison", "truecopy.staged.age", "truecopy.log.standstill", "truecopy.log.head_refused", "truecopy.log.unpublished", "truecopy.witnesses.answers", "truecopy.answers.given_up", "truecopy.answers.waiting", "truecopy.sequencer.lag", "truecopy.api.failures", "truecopy.safety_net.runs",
    ];

    public static IEnumerable<Rule> All =>
    [
        Rule.All("Telemetry_takes_no_keys",
            (Insights, "", insights => insights.Flag("properties.DisableLocalAuth") == true),
            (Workspace, "", workspace => workspace.Flag("properties.features.disableLocalAuth") == true)),

        Rule.Each("Telemetry_keeps_no_addresses", Insights, insights => insights.Flag("properties.DisableIpMasking") == false),

        Rule.Each("Alerts_reach_somebody_in_production", ActionGroup, people =>
            people.Flag("properties.enabled") == true
            && people.Items("properties.emailReceivers").Any(receiver => receiver["emailAddress"]?.ToString().Contains('@') == true)).InProduction,

        new("What_goes_wrong_is_alerted", deployment =>
        {
            var live = Alerts(deployment).Where(IsLive).Select(alert => alert.Json.ToJsonString()).ToList();
            var watched = Watched.Where(what => !live.Any(alert => alert.Contains(what, StringComparison.Ordinal)));
            return watched.Concat(deployment.Of(Topic).Select(topic => topic.Id).Where(topic => !live.Any(alert => alert.Contains($"\"{topic}\"", StringComparison.Ordinal))));
        }),
    ];

    private static IEnumerable<Resource> Alerts(Deployment deployment) => deployment.Of(MetricAlert).Concat(deployment.Of(QueryAlert));

    private static bool IsLive(Resource alert) =>
        alert.Flag("properties.enabled") == true
        && (alert.At("properties.actions[0].actionGroupId") ?? alert.At("properties.actions.actionGroups[0]")) is not null;
}
