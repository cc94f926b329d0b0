namespace TrueCopy.Client;

/// <summary>
/// Settles by which policy a log is judged: the caller's, or the service's as it was when first met. The service's word is
/// taken once, and a later one is told and not believed.
/// </summary>
internal sealed class PolicyFollower(TrueCopyClientOptions options, ServiceConnection connection)
{
    private readonly LogPolicy? _pinned = options.Policy ?? options.Known?.Policy;
    private readonly Lock _beginning = new();
    private LogPolicy? _first;
    private Task<LogPolicy?>? _begun;
    private bool _hasAsked;

    /// <summary>The policy that counts; null for none.</summary>
    public LogPolicy? InForce => _pinned ?? _first;

    /// <summary>Another policy that the service names now; null where it names the same, none, or was not asked.</summary>
    public LogPolicy? Offered { get; private set; }

    /// <summary>Begins to ask where <see cref="SettleAsync"/> is sure to: beside the question whose answer it is wanted for, it costs no time of its own.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        if (_pinned is null || _hasAsked || options.Policy is not null)
            return;
        lock (_beginning)
        {
            // One that failed was of a question that failed as well.
            if (_begun is null or { IsCompleted: true, IsCompletedSuccessfully: false })
                _begun = ReadAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Asks the service at most once: on first contact, as for its keys; where its policy is pinned, to notice that it has
    /// another; else where checkpoints carry signatures of others than the log. Nobody but the caller of this at a time.
    /// </summary>
    /// <exception cref="LogChangedException">It had a policy and has none, or the policy is of another log.</exception>
    /// <exception cref="NoAnswerException">It did not answer, or what it names cannot be used.</exception>
    public async Task SettleAsync(string origin, IReadOnlyCollection<string> notes, CancellationToken cancellationToken)
    {
        if (InForce is { } policy && !policy.Covers(origin))
            throw new LogChangedException(LogChange.Policy, $"The policy names other logs than {origin}, so it says nothing of this one.");
        if (_hasAsked || options.Policy is not null)
            return;
        if (_pinned is null && options is not { Keys: null, Known: null } && !notes.Any(note => HasOthers(note, origin)))
            return;
        var served = await ReadOnceAsync(cancellationToken);
        if (served is not null && !served.Covers(origin))
            throw connection.NoAnswer($"its policy is of another log than {origin}");
        if (served is null && _pinned is not null)
            throw new LogChangedException(LogChange.Policy, $"The service named the witnesses that have to have seen its log ({_pinned.Rules.Describe()}), and names none now.");
        if (served is not null && options.Known is null)
            _first = served;
        else if (served is not null && !(_pinned?.Rules.AsksTheSameAs(served.Rules) ?? false))
            Offered = served;
        _hasAsked = true;
    }

    /// <summary>What the service names now; null for none.</summary>
    /// <exception cref="NoAnswerException">It did not answer, or what it names cannot be used.</exception>
    public async Task<LogPolicy?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.FindAsync("policy", "v1/policy", TrustPolicy.MaxLength, cancellationToken) is { } file ? LogPolicy.OfService(file) : null;
        }
        catch (LogFormatException exception)
        {
            throw connection.NoAnswer($"its policy cannot be used: {exception.Message}", exception);
        }
    }

    private async Task<LogPolicy?> ReadOnceAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _begun, null) is { } begun)
        {
            try
            {
                return await begun.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Whoever began it has given up, which is nothing to who asks now.
            }
        }

        return await ReadAsync(cancellationToken);
    }

    private static bool HasOthers(string note, string origin)
    {
        try
        {
            return SignedNote.Parse(System.Text.Encoding.UTF8.GetBytes(note)).Signatures.Any(line => line.Name != origin);
        }
        catch (LogFormatException)
        {
            // Whoever opens it says so.
            return false;
        }
    }
}
