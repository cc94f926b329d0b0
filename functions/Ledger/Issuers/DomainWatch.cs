using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrueCopy.Ledger.Issuers;

/// <summary>Asks a domain whether it is an issuer's.</summary>
/// <param name="domain">The domain, as the registry states it; one that may be asked.</param>
/// <param name="issuer">The issuer's id.</param>
/// <param name="keys">The keys that sign for the log.</param>
/// <param name="cancellationToken">Stops it.</param>
/// <returns>What it says; that it could not be asked is one of the words, and no exception.</returns>
public delegate Task<DomainWord> AskDomain(string domain, string issuer, IReadOnlyList<NoteVerifier> keys, CancellationToken cancellationToken);

/// <summary>How often domains are asked, and how long their silence is borne.</summary>
public sealed record DomainOptions
{
    /// <summary>The time from one round to the next, give or take a tenth, so that nobody knows when he is asked.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>For how long a domain may not answer before that is what the log says of it; until then what it said last stands.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromDays(7);
}

/// <summary>
/// Asks, round by round, the domain that the registry states of each issuer, and stages what it says where the log says
/// otherwise. Whatever processes there are, whoever moves the time of the next round makes this one.
/// </summary>
/// <remarks>
/// Between rounds one blob is kept, <c>state/domains</c>: when the next one is due, and since when which domains have been silent.
/// What a crash cuts short is made up for by the next round, for what was not staged still differs.
/// </remarks>
public sealed class DomainWatch(
    IssuerRegistry registry,
    DomainHistory history,
    StagedActs staged,
    IBlobStore blobs,
    ILogKeys keys,
    AskDomain ask,
    DomainOptions options,
    TimeProvider time)
{
    /// <summary>How many domains are asked at once.</summary>
    public const int Parallelism = 8;

    private static readonly BlobAddress RoundBlob = new(StorageNames.StateContainer, "domains");

    /// <summary>Makes a round if one is due and no other process makes it.</summary>
    /// <returns>Whether it made one.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var stored = await blobs.ReadAsync(RoundBlob, cancellationToken);
        var last = stored is null ? DomainRound.None : DomainRound.Parse(stored.Content.Span);
        if (time.GetUtcNow() < last.Next)
            return false;
        var round = last with { Next = time.GetUtcNow() + Jitter(options.Interval) };
        if (await SaveAsync(round, stored?.ETag, cancellationToken) is not { } version)
            return false;

        var silent = await AskAsync(last.Silent, cancellationToken);
        if (!silent.SequenceEqual(last.Silent))
            await SaveAsync(round with { Silent = silent }, version, cancellationToken);
        return true;
    }

    /// <returns>The domains that do not answer.</returns>
    private async Task<SilentDomain[]> AskAsync(IReadOnlyList<SilentDomain> silent, CancellationToken cancellationToken)
    {
        Issuer[] issuers = [.. (await registry.ListAsync(cancellationToken)).OrderBy(issuer => issuer.Id, StringComparer.Ordinal)];
        var latest = await history.LatestAsync(cancellationToken);
        var known = (await keys.CurrentAsync(cancellationToken)).Verifiers;
        var words = new DomainWord?[issuers.Length];
        var parallel = SideBySide.Of(Parallelism, cancellationToken);
        await Parallel.ForAsync(0, issuers.Length, parallel, async (i, stop) => words[i] = MayBeAsked(issuers[i].Domain) ? await ask(issuers[i].Domain!, issuers[i].Id, known, stop) : null);

        var now = time.WholeSecond();
        var next = new List<SilentDomain>();
        foreach (var (issuer, word) in issuers.Zip(words))
        {
            if (word == DomainWord.NoAnswer)
            {
                var since = silent.FirstOrDefault(before => before.Issuer == issuer.Id && before.Domain == issuer.Domain) ?? new SilentDomain(issuer.Id, issuer.Domain!, now);
                next.Add(since);
                if (now - since.Since < options.Silence)
                    continue;
            }

            // Of a domain that is not asked the log says nothing, unless it says something of one that was.
            var said = latest.GetValueOrDefault(issuer.Id)?.Outcome;
            var outcome = new DomainOutcome(issuer.Domain, word ?? DomainWord.NotStated, now);
            if (said is null ? word is not null : !outcome.SaysSameAs(said))
                await staged.StageAsync(new RegistryChange(issuer, outcome), cancellationToken);
        }

        return [.. next];
    }

    private static bool MayBeAsked(string? domain) => domain is not null && DomainName.ToAscii(domain) is { } name && !DomainName.IsReserved(name);

    // A write whose answer was lost meets its own success; that the time is drawn by lot tells it from another's.
    private async Task<string?> SaveAsync(DomainRound round, string? version, CancellationToken cancellationToken)
    {
        var content = round.Encode();
        if (await blobs.TryWriteAsync(RoundBlob, content, BlobCondition.Is(version), new BlobHeaders("application/json"), cancellationToken) is { } written)
            return written;
        return await blobs.ReadAsync(RoundBlob, cancellationToken) is { } stored && stored.Content.Span.SequenceEqual(content) ? stored.ETag : null;
    }

    private static TimeSpan Jitter(TimeSpan interval) =>
        interval * (0.9 + (0.2 * (BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) / (double)ulong.MaxValue)));
}

/// <summary>What is kept from one round to the next.</summary>
/// <param name="Next">When the next one is due.</param>
/// <param name="Silent">The domains that did not answer in the last one.</param>
internal sealed record DomainRound(DateTimeOffset Next, IReadOnlyList<SilentDomain> Silent)
{
    private static readonly DomainRoundJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new UtcTimeConverter() },
        MaxDepth = 4,
    });

    public static DomainRound None { get; } = new(DateTimeOffset.MinValue, []);

    public static DomainRound Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ForeignJson.Read(bytes, Json.DomainRound);
        }
        catch (JsonException exception)
        {
            throw new LogFormatException("state/domains: not the JSON of a round of domains; the blob may be deleted", exception);
        }
    }

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, Json.DomainRound);
}

/// <summary>A domain that does not answer.</summary>
/// <param name="Issuer">The id of the issuer of which the registry states it.</param>
/// <param name="Domain">The domain.</param>
/// <param name="Since">The first of the rounds in a row in which it did not answer.</param>
internal sealed record SilentDomain(string Issuer, string Domain, DateTimeOffset Since);

[JsonSerializable(typeof(DomainRound))]
internal sealed partial class DomainRoundJson : JsonSerializerContext;
