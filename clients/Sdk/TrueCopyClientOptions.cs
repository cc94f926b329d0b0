namespace TrueCopy.Client;

/// <summary>Which service is asked, by whose word it is judged, and how patiently.</summary>
public sealed class TrueCopyClientOptions
{
    /// <summary>Address of the service, such as <c>https://verify.example</c>.</summary>
    public required Uri Service { get; set; }

    /// <summary>
    /// Keys of the log, known from elsewhere. Without them, and without <see cref="Known"/>, the service is asked for its
    /// keys, and can then prove no more than that it contradicts itself nowhere.
    /// </summary>
    public LogKeys? Keys { get; set; }

    /// <summary>
    /// What an earlier client came to know (<see cref="TrueCopyClient.RenewAsync"/>): its keys count where there are no
    /// <see cref="Keys"/>, and the service must not go back behind its checkpoint in any case.
    /// </summary>
    public TrustedLog? Known { get; set; }

    /// <summary>
    /// Which witnesses have to have seen the log, known from elsewhere. Without it the service's policy counts, as it was when
    /// first met (<see cref="Known"/>), and where there is none either, answers are as good as the log's own signature.
    /// </summary>
    public LogPolicy? Policy { get; set; }

    /// <summary>How long ago the quorum of a policy may have seen the log that an answer stands on: whoever shows an old answer again cannot make it younger.</summary>
    public TimeSpan MaxSightingAge { get; set; } = Witnessing.DefaultMaxAge;

    /// <summary>For a receiver of packages: the bearer token by which the service knows it. It goes to the service alone, with what is the receiver's own business.</summary>
    public string? AccessToken { get; set; }

    /// <summary>How many requests of a long list are under way at a time.</summary>
    public int MaxParallelRequests { get; set; } = 4;

    /// <summary>How often a request is made again that failed in a way that may pass.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Pause before the first retry where the service does not name one; it doubles each time.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest <c>Retry-After</c> that is waited out; a service that asks for more has not answered.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try may take.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a request may take with all its tries.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long the client waits for the service in all, over every request that it makes: the time during which at least
    /// one is under way. For a run that is to end; a client that lives on has none, which is the default.
    /// </summary>
    public TimeSpan WaitLimit { get; set; } = Timeout.InfiniteTimeSpan;
}
