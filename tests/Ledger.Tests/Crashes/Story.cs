using static TrueCopy.Testing.Samples;

namespace TrueCopy.Ledger.Tests.Crashes;

/// <summary>What comes after a fault.</summary>
public enum Aftermath
{
    /// <summary>The same process goes on with what it has in memory.</summary>
    GoesOn,

    /// <summary>What the process still has under way takes effect, then another one takes over.</summary>
    Replaced,

    /// <summary>The process does nothing more, not even cleaning up; another one takes over.</summary>
    Dead,
}

/// <summary>One run of a scenario in one world: whatever fails is tried again, as queues and timers do.</summary>
internal sealed class Story(InMemoryWorld world, Aftermath aftermath)
{
    private InMemoryService _service = world.Start();

    public InMemoryWorld World => world;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Documents that become one batch; the content of each is its name.</summary>
    public Task IssueAsync(string issuer, params string[] names) => UploadAsync([.. names.Select(name => world.Upload(issuer, name, Bytes(name)))]);

    /// <summary>A list of acts, a line each, later than what came before.</summary>
    public Task ActAsync(string issuer, params string[] lines)
    {
        world.Time.Advance(TimeSpan.FromSeconds(1));
        return UploadAsync(world.Upload(issuer, $"{lines.Length}.acts.jsonl", Bytes(string.Join('\n', lines))));
    }

    /// <summary>Uploads that become one batch: another process holds the lease while they are taken in.</summary>
    public async Task UploadAsync(params byte[][] events)
    {
        using (world.Lease.HoldElsewhere())
        {
            foreach (var message in events)
            {
                // The queue delivers an event again.
                if (!await TryAsync(service => service.Intake.HandleAsync(message, Stop)))
                    await _service.Intake.HandleAsync(message, Stop);
            }
        }

        await TryAsync(service => service.Sequencer.DrainAsync(Stop));
        Restart();
    }

    /// <summary>A manifest in parts, each a message of its own.</summary>
    public async Task IssueManifestAsync(params string[][] parts)
    {
        var source = world.Inbox.Put("issuer-bank", "all.manifest.jsonl", Bytes("not read here"));
        var position = 0;
        var uploads = parts.Select((names, part) => Samples.Upload("all.manifest.jsonl") with
        {
            Source = source,
            At = world.Time.GetUtcNow(),
            Answer = new AnswerForm(UploadKind.Manifest, part, parts.Length),
            Acts = [.. names.Select(name => new RequestedAct(ActKind.Issue, position++) { Digests = [DigestOf(Bytes(name))] })],
        }).ToArray();
        if (!await TryAsync(_ => StageAsync(uploads)))
            await StageAsync(uploads);
        await TryAsync(service => service.Sequencer.DrainAsync(Stop));
        Restart();
    }

    /// <summary>Packages that become one batch: announced, uploaded by their holders, and taken in while another process holds the lease.</summary>
    public async Task SendAsync(params string[] names)
    {
        foreach (var parcel in names.Select(name => new Parcel(name)))
        {
            if (!await TryAsync(service => service.Requests.AnnounceAsync(parcel.Request, Stop)))
                await _service.Requests.AnnounceAsync(parcel.Request, Stop);
        }

        await UploadAsync([.. names.Select(name => new Parcel(name).Upload(world))]);
        await RunTimerAsync();
    }

    /// <summary>What receiver and holder do, one after the other; who is not told that it is done asks again, and waits for the timer.</summary>
    public async Task HandOverAsync(string name, params ActKind[] acts)
    {
        var parcel = new Parcel(name);
        foreach (var act in acts)
        {
            HandoverEventDocument? done = null;
            for (var tries = 0; done is null; tries++)
            {
                if (tries == 5)
                    throw new AuditException($"{act} of {name} is not recorded however often it is asked for");
                await TryAsync(async service => done = await AskAsync(service, parcel, act));
                Restart();
                if (done is not null)
                    break;
                world.Time.Advance(StagedActs.Invisible);
                await RunTimerAsync();
            }
        }
    }

    private static async Task<HandoverEventDocument?> AskAsync(InMemoryService service, Parcel parcel, ActKind act)
    {
        try
        {
            return await (act == ActKind.Withdrawn
                ? service.Handovers.WithdrawAsync(parcel.Id, parcel.WithdrawKey, Stop)
                : service.Handovers.ActAsync(parcel.Receiver, parcel.Id, parcel.Act(act), Stop));
        }
        catch (HandoverRefusedException refused) when (refused.Rejection.Cause is "not-sent" or "not-received")
        {
            // What failed on the way is not picked up yet.
            return null;
        }
    }

    /// <summary>The timer comes.</summary>
    public async Task RunTimerAsync()
    {
        await TryAsync(service => service.Housekeeping.RunAsync(Stop));
        Restart();
    }

    /// <summary>The registry states a domain of an issuer, which says something.</summary>
    public void StateDomain(string issuer, string domain, DomainWord word)
    {
        world.Time.Advance(TimeSpan.FromMinutes(2));
        world.Domains[domain] = word;
        world.Inbox.CreateContainer(IssuerContainer.Prefix + issuer, new() { ["legalname"] = $"The {issuer} Ltd", ["jurisdiction"] = "HK", ["domain"] = domain });
    }

    /// <summary>The timer comes that asks domains, when a round is due, and then the other.</summary>
    public async Task AskDomainsAsync()
    {
        world.Time.Advance(2 * new DomainOptions().Interval);
        await TryAsync(service => service.Domains.RunAsync(Stop));
        await RunTimerAsync();
    }

    /// <summary>Lets whatever is left be picked up, by a new process.</summary>
    public static async Task RecoverAsync(InMemoryWorld world)
    {
        world.Lease.Expire();
        var service = world.Start();
        if (!world.Domains.IsEmpty)
            world.Time.Advance(2 * new DomainOptions().Interval);
        for (var i = 0; i < 4; i++)
        {
            if (!world.Domains.IsEmpty)
                await TryAsync(() => service.Domains.RunAsync(Stop));
            await TryAsync(() => service.Housekeeping.RunAsync(Stop));
            await TryAsync(() => world.Answers.DeliverAsync(service.Answers, Stop));
            world.Time.Advance(StagedActs.Invisible);
        }
    }

    private async Task StageAsync(StagedUpload[] parts)
    {
        var prepared = new List<PreparedPart>();
        foreach (var part in parts)
            prepared.Add(await world.Staged.PrepareAsync(part, Stop));
        await world.Staged.StageAsync(prepared, Stop);
    }

    private async Task<bool> TryAsync(Func<InMemoryService, Task> action)
    {
        if (await TryAsync(() => action(_service)))
            return true;
        if (aftermath != Aftermath.GoesOn)
        {
            Restart();
            _service = world.Start();
        }

        return false;
    }

    private static async Task<bool> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (InjectedFaultException)
        {
            return false;
        }
    }

    private void Restart()
    {
        world.Operations.Restart();
        world.Lease.Expire();
    }
}
