using Microsoft.Azure.Functions.Worker;

namespace TrueCopy.App.Functions;

/// <summary>Asks the issuers' own domains, when a round of that is due.</summary>
public sealed class DomainFunction(DomainWatch domains)
{
    /// <summary>Looks every ten minutes whether one is due, which, by lot, it is about once an hour; not monitored, because a run that was missed is made up for by the next.</summary>
    [Function("AskDomains")]
    public Task RunAsync([TimerTrigger("0 */10 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) =>
        domains.RunAsync(cancellationToken);
}
