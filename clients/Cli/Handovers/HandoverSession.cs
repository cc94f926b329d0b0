using System.CommandLine;
using System.Net;
using TrueCopy.Cli.Commands;
using TrueCopy.Cli.Trust;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary>What commands about handovers have in common: whom they ask, by whose word that is judged, and what becomes of refusals.</summary>
internal sealed class HandoverSession(Terminal terminal, HttpMessageHandler network, KnownLogs known, TimeProvider time)
{
    /// <summary>The bearer token by which a service knows a receiver.</summary>
    public const string TokenVariable = "TRUECOPY_TOKEN";

    private readonly Option<Uri?> _service = SharedOptions.Service();
    private readonly Option<string[]> _keys = SharedOptions.Keys(required: false);
    private readonly Option<string?> _policy = SharedOptions.Policy();
    private readonly Option<TimeSpan> _maxAge = SharedOptions.MaxAge();
    private readonly Option<int> _timeout = SharedOptions.Patience();

    public Option<bool> Json { get; } = SharedOptions.Json();

    public Terminal Terminal => terminal;

    public TimeProvider Time => time;

    public ServiceTrust Trust { get; private set; } = null!;

    public Uri Service { get; private set; } = null!;

    /// <summary>Gives a command what it does, with the options that go with asking.</summary>
    public void Asking(Command command, Func<ParseResult, TrueCopyClient, CancellationToken, Task<int>> run, Func<ParseResult, int>? files = null)
    {
        foreach (var option in new Option[] { _service, _keys, _policy, _maxAge, _timeout, Json })
            command.Options.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Service = SharedOptions.ServiceOf(parsed, _service);
            Trust = await ServiceTrust.LoadAsync(known, Service, SharedOptions.KeysOf(parsed, _keys), SharedOptions.PolicyOf(parsed, _policy), cancellationToken);
            var options = SharedOptions.Asking(Service, Trust, parsed.GetValue(_timeout), files?.Invoke(parsed) ?? 1, parsed.GetValue(_maxAge));
            options.AccessToken = SharedOptions.FromEnvironment(TokenVariable);
            using var client = new TrueCopyClient(options, network, time);
            return await GuardAsync(() => run(parsed, client, cancellationToken));
        });
    }

    /// <summary>Holds what was proven to what is known of the log; nothing may be relied on before.</summary>
    public Task ConfirmAsync(TrueCopyClient client, IEnumerable<SignedCheckpoint> checkpoints, CancellationToken cancellationToken) =>
        Trust.ConfirmAsync(client, [.. checkpoints], terminal, time, cancellationToken);

    /// <summary>The same of a trace.</summary>
    public Task ConfirmAsync(TrueCopyClient client, HandoverTrace trace, CancellationToken cancellationToken) =>
        ConfirmAsync(client, trace.Steps.Select(step => step.Checkpoint), cancellationToken);

    /// <summary>A receiver, as the log proves it to be.</summary>
    public async Task<ProvenReceiver> FindReceiverAsync(TrueCopyClient client, string id, CancellationToken cancellationToken)
    {
        var receivers = await client.Handovers.ReceiversAsync(cancellationToken);
        if (receivers.FirstOrDefault(receiver => receiver.Id == id) is not { } found)
        {
            throw new CommandException(ExitCode.NotVerified, $"{id} takes no packages at this service.")
            {
                Hint = receivers.Count == 0 ? "Nobody does there." : $"These do: {string.Join(", ", receivers.Take(20).Select(receiver => receiver.Id))}{(receivers.Count > 20 ? ", …" : "")}",
            };
        }

        await ConfirmAsync(client, [found.Checkpoint], cancellationToken);
        return found;
    }

    /// <summary>A purpose of the command line, which is one of the vocabulary.</summary>
    public static HandoverPurpose PurposeOf(ParseResult parsed, Option<string> option) =>
        WireName.TryParse<HandoverPurpose>(parsed.GetValue(option), out var purpose) ? purpose : throw new CommandException(ExitCode.Usage, "There is no such purpose.");

    /// <summary>Words and exit codes for what is refused.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (PackageException exception)
        {
            throw new CommandException(ExitCode.NotVerified, exception.Message, exception);
        }
        catch (ReceiptException exception)
        {
            throw new CommandException(exception.Fault == ReceiptFault.Witnesses ? ExitCode.NotWitnessed : ExitCode.NoAnswer, $"What the service says cannot be relied on. {exception.Message}", exception);
        }
        catch (NoAnswerException exception) when (exception.Status is HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.RequestEntityTooLarge && exception.Problem is not null)
        {
            throw new CommandException(ExitCode.NotVerified, $"{exception.Problem.Title}. {exception.Problem.Detail}", exception)
            {
                Hint = exception.Status == HttpStatusCode.Forbidden ? $"{TokenVariable} has the token by which the service knows the receiver." : null,
            };
        }
        catch (LogFormatException exception)
        {
            throw new CommandException(ExitCode.Usage, $"{exception.Message}.", exception);
        }
    }
}
