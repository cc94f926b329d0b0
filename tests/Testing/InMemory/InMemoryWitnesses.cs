using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrueCopy.Witness;

namespace TrueCopy.Testing.InMemory;

/// <summary>What a witness does when it is asked.</summary>
public enum Conduct
{
    /// <summary>What it should.</summary>
    Signs,

    /// <summary>No connection comes about.</summary>
    Unreachable,

    /// <summary>It answers 500.</summary>
    Fails,

    /// <summary>It answers 503.</summary>
    IsBusy,

    /// <summary>It answers 403.</summary>
    KnowsOtherKeys,

    /// <summary>It answers 404.</summary>
    KnowsOtherLogs,

    /// <summary>It answers 422.</summary>
    FindsFault,

    /// <summary>It signs, and its answer comes after all patience.</summary>
    IsLate,

    /// <summary>It signs, and its answer never comes; the clock stands still.</summary>
    IsSilent,

    /// <summary>Its answer has a signature that is wrong.</summary>
    SignsWrongly,

    /// <summary>Its answer has lines of a key that the policy does not know.</summary>
    SignsByAnotherKey,

    /// <summary>Its clock is an hour behind.</summary>
    HasAnOldClock,

    /// <summary>It answers 200 with what are no signature lines.</summary>
    Babbles,

    /// <summary>It answers 200 and does not stop.</summary>
    DoesNotStop,

    /// <summary>It sends whoever asks elsewhere.</summary>
    Redirects,

    /// <summary>It answers 409 with a size that it does not have, always.</summary>
    LiesAboutItsSize,

    /// <summary>It answers 409 with what is no size.</summary>
    ConflictsWithoutASize,

    /// <summary>It answers 409 with a size that the log has not.</summary>
    ClaimsToBeAhead,
}

/// <summary>
/// Witnesses of a world's log, reached as over HTTP: the real witness over storage of its own, unless a test has it behave otherwise.
/// Each request is an operation of the world, <c>witness.ask</c>.
/// </summary>
public sealed class InMemoryWitnesses : HttpMessageHandler
{
    private readonly InMemoryWorld _world;
    private readonly Member[] _members;
    private readonly string _quorum;
    private readonly bool _failOpen;
    private int _underWay;

    /// <summary>Adds witnesses to a world, from the next process on.</summary>
    /// <param name="world">The world.</param>
    /// <param name="count">How many.</param>
    /// <param name="quorum">How many of them are needed: <c>all</c>, <c>any</c> or a number.</param>
    /// <param name="failOpen">Whether the log goes on without them.</param>
    public InMemoryWitnesses(InMemoryWorld world, int count, string quorum = "all", bool failOpen = false)
    {
        (_world, _quorum, _failOpen) = (world, quorum, failOpen);
        _members = [.. Enumerable.Range(0, count).Select(number => new Member(world, number))];
        Policy = ServicePolicy.Parse(Encoding.UTF8.GetBytes(PolicyText), InMemoryWorld.Origin, failOpen);
        world.Witnesses = this;
    }

    /// <summary>The policy that names them.</summary>
    public ServicePolicy Policy { get; }

    /// <summary>The policy file.</summary>
    public string PolicyText => new StringBuilder()
        .AppendJoin("", _world.Identity.Verifiers.Select(key => $"log {key}\n"))
        .AppendJoin("", _members.Select(member => $"witness {member.Name} {member.Key} https://{member.Name}.example/\n"))
        .Append(CultureInfo.InvariantCulture, $"group enough {_quorum} {string.Join(' ', _members.Select(member => member.Name))}\nquorum enough\n")
        .ToString();

    /// <summary>Everything that was cosigned, whether or not its answer arrived.</summary>
    public ConcurrentQueue<Checkpoint> Cosigned { get; } = new();

    /// <summary>How each one behaves.</summary>
    public Conduct this[int number]
    {
        get => _members[number].Conduct;
        set => _members[number].Conduct = value;
    }

    /// <summary>How often one was asked.</summary>
    public int AskedOf(int number) => _members[number].Asked;

    /// <summary>The same witnesses for a copy of the world, each with what it has stored.</summary>
    public void CopyTo(InMemoryWorld copy)
    {
        var witnesses = new InMemoryWitnesses(copy, _members.Length, _quorum, _failOpen);
        foreach (var (from, to) in _members.Zip(witnesses._members))
        {
            to.Blobs.CopyFrom(from.Blobs);
            to.Conduct = from.Conduct;
        }

        foreach (var checkpoint in Cosigned)
            witnesses.Cosigned.Enqueue(checkpoint);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var member = _members.Single(member => request.RequestUri == new Uri($"https://{member.Name}.example/add-checkpoint"));
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        member.Count();
        Interlocked.Increment(ref _underWay);
        try
        {
            var answer = await await _world.Operations.RunAsync("witness.ask", () => AnswerAsync(member, body, cancellationToken), cancellationToken);
            answer.WhenRead = () => Interlocked.Decrement(ref _underWay);
            return answer;
        }
        catch
        {
            Interlocked.Decrement(ref _underWay);
            throw;
        }
    }

    private async Task<Answer> AnswerAsync(Member member, byte[] body, CancellationToken cancellationToken)
    {
        switch (member.Conduct)
        {
            case Conduct.Unreachable:
                throw new HttpRequestException(HttpRequestError.ConnectionError);
            case Conduct.Fails:
                return Text(HttpStatusCode.InternalServerError, "it went wrong\n");
            case Conduct.IsBusy:
                return Text(HttpStatusCode.ServiceUnavailable, "later\n");
            case Conduct.KnowsOtherKeys:
                return Text(HttpStatusCode.Forbidden, "no known key signed it\n");
            case Conduct.KnowsOtherLogs:
                return Text(HttpStatusCode.NotFound, "no such log\n");
            case Conduct.FindsFault:
                return Text(HttpStatusCode.UnprocessableEntity, "it does not go on\n");
            case Conduct.Babbles:
                return Text(HttpStatusCode.OK, "<html>Welcome</html>\n");
            case Conduct.DoesNotStop:
                return new Answer(HttpStatusCode.OK) { Content = new StreamContent(new Endless()) };
            case Conduct.Redirects:
                return new Answer(HttpStatusCode.TemporaryRedirect) { Headers = { Location = new Uri("https://elsewhere.example/") } };
            case Conduct.LiesAboutItsSize:
                return Text(HttpStatusCode.Conflict, "1\n", AddCheckpointRequest.SizeType);
            case Conduct.ConflictsWithoutASize:
                return Text(HttpStatusCode.Conflict, "one\n", AddCheckpointRequest.SizeType);
            case Conduct.ClaimsToBeAhead:
                return Text(HttpStatusCode.Conflict, "1000000\n", AddCheckpointRequest.SizeType);
        }

        var service = member.Conduct switch
        {
            Conduct.SignsByAnotherKey => member.Service(_world, seed: 99, _world.Time),
            Conduct.HasAnOldClock => member.Service(_world, member.Seed, new Microsoft.Extensions.Time.Testing.FakeTimeProvider(_world.Time.GetUtcNow().AddHours(-1))),
            _ => member.Service(_world, member.Seed, _world.Time),
        };
        var answer = await service.AddCheckpointAsync(body, CancellationToken.None);
        if (answer.Status == WitnessStatus.Cosigned)
            Cosigned.Enqueue(Checkpoint.Parse(SignedNote.Parse(AddCheckpointRequest.Parse(body).Note.Span).Text));
        if (member.Conduct is Conduct.IsLate or Conduct.IsSilent)
        {
            // The others have answered long before, and their answers are read: until then time is not up.
            while (Volatile.Read(ref _underWay) > 1)
                await Task.Yield();
            if (member.Conduct == Conduct.IsLate)
                _world.Time.Advance(new WitnessingOptions().TotalTime);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var text = Encoding.UTF8.GetString(answer.Body.Span);
        if (member.Conduct == Conduct.SignsWrongly && answer.Status == WitnessStatus.Cosigned)
        {
            var value = SignedNote.ParseSignatures(answer.Body.Span)[0].Value.ToArray();
            value[^1] ^= 1;
            text = new NoteSignature(member.Key.Name, member.Key.KeyId, value).ToLine();
        }

        return Text((HttpStatusCode)answer.Status, text, answer.Status == WitnessStatus.OtherSize ? AddCheckpointRequest.SizeType : "text/plain");
    }

    private static Answer Text(HttpStatusCode status, string text, string type = "text/plain") =>
        new(status) { Content = new StringContent(text, new MediaTypeHeaderValue(type)) };

    private sealed class Answer(HttpStatusCode status) : HttpResponseMessage(status)
    {
        public Action? WhenRead { get; set; }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            WhenRead?.Invoke();
            WhenRead = null;
        }
    }

    private sealed class Member
    {
        private int _asked;

        public Member(InMemoryWorld world, int number)
        {
            (Name, Seed) = ($"w{number}", (byte)(number + 1));
            Blobs = new InMemoryBlobs(new Operations(), world.Time);
            using var cosigner = CosignerOf(Seed, world.Time);
            Key = cosigner.Verifier;
        }

        public string Name { get; }

        public byte Seed { get; }

        public CosignatureVerifier Key { get; }

        public InMemoryBlobs Blobs { get; }

        public Conduct Conduct { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public void Count() => Interlocked.Increment(ref _asked);

        // A new instance each time, so that nothing but what is stored is remembered.
        public WitnessService Service(InMemoryWorld world, byte seed, TimeProvider clock) => new(
            Blobs,
            new WitnessOptions([.. world.EveryVerifier.Select(key => new PolicyLog(key, null))], [CosignerOf(seed, clock)], []),
            new WitnessMetrics(),
            NullLogger<WitnessService>.Instance);

        private Ed25519Cosigner CosignerOf(byte seed, TimeProvider clock) => new($"{Name}.example/w", [seed, .. new byte[31]], clock);
    }

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'a');
            return new(buffer.Length);
        }
    }
}
