using System.CommandLine;
using TrueCopy.Cli.Audit;
using TrueCopy.Cli.Output;

namespace TrueCopy.Cli.Commands;

/// <summary><c>truecopy audit URL</c></summary>
internal static class AuditCommand
{
    public static Command Create(Terminal terminal, HttpMessageHandler network, TimeProvider time)
    {
        var url = new Argument<Uri?>("URL")
        {
            Description = "Address of the service, or of the log itself if it ends in /log.",
            CustomParser = result => SharedOptions.HttpAddress(result, "URL"),
        };
        var keys = SharedOptions.Keys(required: false);
        var policy = SharedOptions.Policy();
        var maxAge = SharedOptions.MaxAge();
        var mirrors = SharedOptions.Mirrors();
        var from = SharedOptions.From();
        var state = new Option<string?>("--state") { HelpName = "FILE", Description = "Where to remember what was seen. Default: a file for this log in your own data folder." };
        var full = new Option<bool>("--full") { Description = "Check everything again, not only what is new." };
        var parallel = SharedOptions.Number("--parallel", "N", "Bundles to fetch at a time, each with its tile: 1 to 64.", otherwise: 8, most: 64);
        var json = new Option<bool>("--json") { Description = "Print one JSON object on standard output and nothing else there." };
        var command = new Command("audit", $"""
            Audit a log, as anyone can: download it, and check every entry, tile, root and signature.

            Where the log keeps the status of documents, that is computed again from the entries: a status that says otherwise
            than they do, such as one that keeps back a revocation, is a fault.

            Also compares it with what it said the last time: that it has only grown, that it shows the same to you
            today as yesterday. Only what is new is downloaded; an interrupted audit goes on where it stopped. Keys
            that take over are learned from the log's own entries, each proven by the keys before it; without --key the
            first audit takes the keys that the log gives itself.

            With --policy the witnesses that the file asks for have to have seen the log, no longer ago than --max-age; without
            it, those that its service named at the first audit. A mirror is a witness that keeps a copy: with --mirror, or
            where an address in the policy has one, the log is compared with that. When the operator is gone, --log reads it
            from a mirror.

            Exit codes:
              0   the log holds
              1   what is served does not go together, or no trusted key signed it
              2   wrong usage, or a file that cannot be read or written
              3   the log does not answer; what was audited so far is kept
              {ExitCode.NotWitnessed}   too few of the policy's witnesses have seen it
              {ExitCode.SplitView}  split view: two signed checkpoints that no one log can have
              {ExitCode.Rollback}  rollback: a signed checkpoint smaller than one seen before
              {ExitCode.OtherEntries}  a log of other entries: its tree holds, and only grew; what its entries mean was not checked
              {ExitCode.MirrorSplit}  split view between operator and mirror: it signed one log for the one and another for the other
            Of a split view or a rollback both signed checkpoints are kept as evidence, in a file beside the state.

            Examples:
              truecopy audit https://verify.example --key log.vkey
              truecopy audit https://verify.example --policy both-sides.policy --mirror https://mirror.example
              truecopy audit https://verify.example --key log.vkey --log https://mirror.example
            """)
        { url, keys, policy, maxAge, mirrors, from, state, full, parallel, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var log = ReviewRequest.LogOf(parsed.GetValue(url)!);
            var rules = await SharedOptions.ReadPolicyAsync(SharedOptions.PolicyOf(parsed, policy), cancellationToken);
            var request = new ReviewRequest(log, parsed.GetValue(from), SharedOptions.KeysOf(parsed, keys), rules, parsed.GetValue(mirrors) ?? [], parsed.GetValue(parallel)) { MaxAge = parsed.GetValue(maxAge) };
            var reviewed = await new LogReview(network, time).RunAsync(
                request,
                new AuditFile(parsed.GetValue(state) ?? AuditFile.DefaultPath(log)),
                memory => parsed.GetValue(full) ? memory with { AuditedSize = 0, Confirmed = AuditPoint.Start, Progress = null } : memory,
                audit => terminal.WithCountAsync("auditing", PercentProgress.Whole, bar => audit(bar is null ? null : new PercentProgress(bar))),
                cancellationToken);
            await terminal.Output.WriteLineAsync(parsed.GetValue(json) ? AuditJson.Write(reviewed.Output) : AuditText.Of(reviewed.Output, reviewed.Report, terminal));
            return reviewed.ExitCode;
        });
        return command;
    }
}
