using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace TrueCopy.Ledger.Answering;

/// <summary>
/// Tries to write answers, each by itself: one that fails goes back into the queue alone, and after too many tries it is
/// kept as a dead letter. Nothing here fails because of the place where an answer goes.
/// </summary>
public sealed partial class AnswerAttempts(
    AnswerWriter writer,
    PendingAnswers pending,
    DeadLetters deadLetters,
    AnswerOptions options,
    AnswerMetrics metrics,
    TimeProvider time,
    ILogger<AnswerAttempts> logger)
{
    /// <summary>Under which name answers that were given up are kept among the dead letters.</summary>
    public const string DeadLetters = "answers";

    // A connection to storage carries one request at a time. The next batch waits for these, so they bound the files of a second.
    private const int Parallelism = 128;

    /// <summary>Tells an issuer that an upload is refused.</summary>
    public Task RefuseAsync(BlobVersion source, Rejection rejection, CancellationToken cancellationToken)
    {
        var refusal = new RefusalAnswer(source, rejection, time.GetUtcNow());
        return TryAllAsync([refusal], options.AtOnce, cancellationToken);
    }

    /// <summary>Tries each of some answers once, out of what is stored. When this returns, each is written, queued by itself, or kept.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="limit">After how long what is not written counts as failed.</param>
    /// <param name="cancellationToken">Gives up: whoever called still owes what is not written.</param>
    internal Task TryAllAsync(IReadOnlyList<PendingAnswer> answers, TimeSpan limit, CancellationToken cancellationToken) =>
        TryAllAsync(answers, answer => answer.Since, answer => answer, writer.WriteAsync, limit, cancellationToken);

    /// <summary>Likewise the answers of a batch, out of what its process has in memory.</summary>
    internal Task TryAllAsync(IReadOnlyList<OwedAnswer> answers, string journal, DateTimeOffset since, Prover prover, TimeSpan limit, CancellationToken cancellationToken) =>
        TryAllAsync(answers, _ => since, answer => answer.ToPending(journal, since), (answer, stop) => writer.WriteAsync(answer, prover, stop), limit, cancellationToken);

    private async Task TryAllAsync<T>(
        IReadOnlyList<T> answers,
        Func<T, DateTimeOffset> sinceOf,
        Func<T, PendingAnswer> toPending,
        Func<T, CancellationToken, Task> writeAsync,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        using var elapsed = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, cancellationToken);
        var token = either.Token;
        await Parallel.ForAsync(0, answers.Count, SideBySide.Of(Parallelism, cancellationToken), (i, stop) => new ValueTask(TryAsync(answers[i], sinceOf, toPending, writeAsync, token, stop)));
    }

    private async Task TryAsync<T>(
        T answer,
        Func<T, DateTimeOffset> sinceOf,
        Func<T, PendingAnswer> toPending,
        Func<T, CancellationToken, Task> writeAsync,
        CancellationToken either,
        CancellationToken stop)
    {
        try
        {
            await writeAsync(answer, either);
            metrics.Written(time.GetUtcNow() - sinceOf(answer));
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            metrics.Failed();
            var tried = toPending(answer);
            var owed = tried with { Tries = tried.Tries + 1 };
            if (owed.Tries < options.MaxTries)
            {
                LogFailed(logger, owed.Tries, exception);
                await pending.AddAsync(owed, options.DelayAfter(owed.Tries), stop);
            }
            else
            {
                await deadLetters.KeepAsync(DeadLetters, NameOf(owed), PendingAnswerBody.Encode(owed), stop);
                metrics.GivenUp();
                LogGivenUp(logger, owed.Tries, exception);
            }
        }
    }

    // The same answer has the same name, so that it is kept once. Names of uploads are nobody's business.
    private static string NameOf(PendingAnswer answer) => answer switch
    {
        DocumentAnswer document => NameOf(document.Source, "document"),
        ManifestPartAnswer part => NameOf(part.Source, string.Create(CultureInfo.InvariantCulture, $"manifest-{part.Part}")),
        RepeatAnswer repeat => NameOf(repeat.Source, "repeat"),
        ActListAnswer list => NameOf(list.Source, string.Create(CultureInfo.InvariantCulture, $"acts-{list.Part}")),
        RefusalAnswer refusal => NameOf(refusal.Source, "refusal"),
        PackageDeletion package => NameOf(package.Source, "package"),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, "A batch is answered one by one."),
    };

    private static string NameOf(BlobVersion source, string kind) => $"{ActId.Of(source, 0, DigestAlgorithm.Sha256)}-{kind}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "An answer could not be written, try {Tries}; it is tried again by itself.")]
    private static partial void LogFailed(ILogger logger, int tries, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "An answer could not be written in {Tries} tries; it is kept as a dead letter.")]
    private static partial void LogGivenUp(ILogger logger, int tries, Exception exception);
}

/// <summary>What answering counts, under the meter <c>TrueCopy.Answers</c>.</summary>
public sealed class AnswerMetrics : ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrueCopy.Answers";

    private readonly Histogram<double> _lag;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _givenUp;
    private readonly Gauge<long> _waiting;

    /// <summary>Creates the instruments.</summary>
    public AnswerMetrics()
        : base(MeterName)
    {
        _lag = Seconds("truecopy.answers.lag", "From when an answer is owed until it is written");
        _failures = Counter("truecopy.answers.failures", "{try}", "Tries to write an answer that failed");
        _givenUp = Counter("truecopy.answers.given_up", "{answer}", "Answers kept as dead letters after too many tries; each raises an alert");
        _waiting = Gauge<long>("truecopy.answers.waiting", "{message}", "Messages in the queue of answers, those that wait for their next try among them");
    }

    internal void Written(TimeSpan lag) => _lag.Record(lag.TotalSeconds);

    internal void Failed() => _failures.Add(1);

    internal void GivenUp() => _givenUp.Add(1);

    internal void Waiting(long messages) => _waiting.Record(messages);
}
