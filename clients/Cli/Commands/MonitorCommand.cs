using System.CommandLine;
using System.Text.Json;
using TrueCopy.Cli.Audit;
using TrueCopy.Cli.Monitoring;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy monitor --issuer ID</c></summary>
internal static class MonitorCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, TimeProvider time)
    {
        var issuer = new Option<string>("--issuer") { HelpName = "ID", Description = "The institution that is watched.", Required = true };
        var service = SharedOptions.Service();
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var mirrors = SharedOptions.Mirrors();
        var from = SharedOptions.From();
        var state = new Option<string?>("--state") { HelpName = "FILE", Description = "Where to remember what was told. Default: a file for this log and institution in your own data folder." };
        var parallel = SharedOptions.Number("--parallel", "N", "Bundles to fetch at a time, each with its tile: 1 to 64.", otherwise: 8, most: 64);
        var webhook = new Option<Uri?>("--webhook")
        {
            HelpName = "URL",
            Description = $"Post what is new, or wrong, as JSON to this https address; {Webhook.SecretVariable} is sent as a bearer token.",
            CustomParser = result =>
            {
                var address = SharedOptions.HttpAddress(result, "--webhook");
                if (address is not null && Webhook.FaultOf(address) is { } fault)
                    result.AddError(fault);
                return address;
            },
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object on standard output and nothing else there." };
        var command = new Command("monitor", $"""
            Watch the log for an institution: what is new under its name since the last run. For a timer or a CI job.

            Tells every new act under its id, every change of how the registry describes it, others who are described by a
            name like its own, and keys that take over; of a receiver of packages also each change of the key that they are
            sealed to. The log is audited first, as truecopy audit does: that it has only
            grown since the last run, that its policy's witnesses have seen it, that mirrors have the same. What was told
            is remembered once it was told, and by the webhook too: a run that was cut short tells it again.

            The first run says how things stand, and tells nothing as new but names like the institution's own.

            Exit codes:
              0   nothing new
              {ExitCode.News}  something new
              {ExitCode.Undelivered}  something new or wrong, and the webhook did not take it; it is told again the next time
              2   wrong usage, or a file that cannot be read or written
              3   the log does not answer
              1, {ExitCode.NotWitnessed}, {ExitCode.SplitView}, {ExitCode.Rollback}, {ExitCode.OtherEntries}, {ExitCode.MirrorSplit}  the log does not hold: as for truecopy audit

            Examples:
              truecopy monitor --issuer demo-bank --service https://verify.example
              truecopy monitor --issuer demo-bank --policy both-sides.policy --webhook https://bank.example/hooks/log
            """)
        { issuer, service, keys, policy, maxAge, mirrors, from, state, parallel, webhook, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var id = parsed.GetValue(issuer)!;
            if (!IssuerContainer.IsId(id))
                throw new CommandException(ExitCode.Usage, $"--issuer: {id} is no id of an institution, such as demo-bank.");
            var log = ReviewRequest.LogOf(SharedOptions.ServiceOf(parsed, service));
            var rules = await SharedOptions.ReadPolicyAsync(SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var request = new ReviewRequest(log, parsed.GetValue(from), SharedOptions.KeysOf(parsed, keys), rules, parsed.GetValue(mirrors) ?? [], parsed.GetValue(parallel)) { MaxAge = parsed.GetValue(maxAge) };
            var file = new MonitorFile(parsed.GetValue(state) ?? MonitorFile.DefaultPath(log, id), id);
            var (output, reviewed, names) = await WatchAsync(id, request, file, network, terminal, time, cancellationToken);
            await terminal.Output.WriteLineAsync(parsed.GetValue(json)
                ? Printable.Json(JsonSerializer.Serialize(output, MonitorJson.Instance.MonitorOutput))
                : MonitorText.Of(output, reviewed, terminal));
            if (output.ExitCode != ExitCode.Verified && parsed.GetValue(webhook) is { } address
                && await new Webhook(address, network, time).PostAsync(JsonSerializer.SerializeToUtf8Bytes(output, MonitorJson.Instance.MonitorOutput), cancellationToken) is { } fault)
            {
                await terminal.Error.WriteLineAsync($"truecopy: the webhook did not take it: {fault}. It is told again the next time.");
                return ExitCode.Undelivered;
            }

            await file.TellAsync(names, cancellationToken);
            return output.ExitCode;
        });
        return command;
    }

    private static async Task<(MonitorOutput Output, Reviewed Reviewed, IReadOnlyCollection<string> Names)> WatchAsync(
        string id,
        ReviewRequest request,
        MonitorFile file,
        HttpMessageHandler network,
        Terminal terminal,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        IssuerWatch? watch = null;
        var isFirst = false;
        var review = new LogReview(network, time) { Watch = (index, entry) => watch!.See(index, entry) };
        var reviewed = await review.RunAsync(
            request,
            file,
            memory =>
            {
                isFirst = memory.AuditedSize == 0;
                watch = new IssuerWatch(id, memory.AuditedSize, file.Names);
                return memory with { Progress = null };
            },
            audit => terminal.WithCountAsync("auditing", PercentProgress.Whole, bar => audit(bar is null ? null : new PercentProgress(bar))),
            cancellationToken);

        // What a log says that does not hold is nothing.
        var holds = reviewed.Report.Outcome == AuditOutcome.Holds;
        var told = holds ? watch!.Told().Where(entry => !isFirst || entry.Kind == WatchedEntry.OfNamesake).ToArray() : [];
        var counts = holds ? watch!.Counts : [];
        var exitCode = reviewed.ExitCode != ExitCode.Verified ? reviewed.ExitCode : told.Length > 0 ? ExitCode.News : ExitCode.Verified;
        return (new MonitorOutput(id, isFirst, watch!.Names, counts, told, exitCode, reviewed.Output), reviewed, watch.Names);
    }
}
