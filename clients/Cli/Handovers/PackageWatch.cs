using System.Text;
using TrueCopy.Cli.Output;
using TrueCopy.Client;
using TrueCopy.Client.Handovers;

namespace TrueCopy.Cli.Handovers;

/// <summary>Opens what is sent to a receiver as it comes. What it did is in its folder, so that another run goes on from there.</summary>
internal sealed class PackageWatch(HandoverSession session, PackageInbox inbox, IReadOnlyList<AgeIdentity> identities, string folder, bool json)
{
    /// <summary>Looks, once or until it is stopped.</summary>
    /// <param name="client">The service.</param>
    /// <param name="every">How often; null for once.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<int> RunAsync(TrueCopyClient client, TimeSpan? every, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        while (true)
        {
            var exitCode = ExitCode.Verified;
            try
            {
                exitCode = await LookAsync(client, cancellationToken);
            }
            catch (NoAnswerException exception) when (every is not null)
            {
                // The next look may find the service again.
                await session.Terminal.Error.WriteLineAsync($"truecopy: {exception.Message}");
            }

            if (every is not { } pause)
                return exitCode;
            await Task.Delay(pause, session.Time, cancellationToken);
        }
    }

    private async Task<int> LookAsync(TrueCopyClient client, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Verified;
        await foreach (var handover in client.Handovers.ListAsync(inbox.Receiver, cancellationToken))
        {
            if (!HandoverLocks.IsHex(handover.Id))
                throw new PackageException(PackageFault.Format, "The service names a handover by what is no id.");
            var output = handover.State switch
            {
                HandoverState.Sent when !Path.Exists(At(handover.Id)) && !File.Exists(Refusal(handover.Id)) => await OpenAsync(handover.Id, cancellationToken),
                HandoverState.Withdrawn when Directory.Exists(At(handover.Id)) && !File.Exists(Withdrawal(handover.Id)) => await NoteWithdrawalAsync(handover.Id, cancellationToken),
                _ => null,
            };
            if (output is null)
                continue;
            await TellAsync(output);
            if (output.Refused is not null)
                exitCode = ExitCode.NotVerified;
        }

        return exitCode;
    }

    private async Task<PackageOutput> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("truecopy-");
        try
        {
            var file = Path.Combine(work.FullName, id + PackageWriter.FileExtension);
            await inbox.FetchAsync(id, file, cancellationToken);
            return await inbox.OpenAsync(file, identities, At(id), id, cancellationToken);
        }
        catch (PackageException exception)
        {
            await LocalFile.WriteAsync(Refusal(id), Encoding.UTF8.GetBytes(exception.Message + "\n"), cancellationToken);
            return new PackageOutput(id, "refused", Refused: exception.Message);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private async Task<PackageOutput> NoteWithdrawalAsync(string id, CancellationToken cancellationToken)
    {
        await LocalFile.WriteAsync(Withdrawal(id), "The holder took the consent back: nothing in the folder of this name may be used any more.\n"u8.ToArray(), cancellationToken);
        return new PackageOutput(id, "withdrawn", At(id));
    }

    private Task TellAsync(PackageOutput output)
    {
        if (json)
            return session.Terminal.Output.WriteLineAsync(CliJson.WriteLine(output));
        return output.State switch
        {
            "refused" => session.Terminal.Output.WriteLineAsync($"{session.Terminal.Bad("✘ REFUSED")}  handover {output.Handover}  {output.Refused}"),
            "withdrawn" => session.Terminal.Output.WriteLineAsync($"{session.Terminal.Paint(Tone.Caution, "↷ WITHDRAWN")}  {output.Folder} may not be used any more"),
            _ => session.Terminal.Output.WriteAsync(PackageInbox.TextOf(output, session.Terminal)),
        };
    }

    private string At(string id) => Path.Combine(folder, id);

    private string Refusal(string id) => At(id) + ".refused.txt";

    private string Withdrawal(string id) => At(id) + ".withdrawn.txt";
}
