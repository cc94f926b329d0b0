using System.Text;
using TrueCopy.Adversary.Tests.Stage;
using TrueCopy.Cli;
using TrueCopy.Cli.Trust;

namespace TrueCopy.Adversary.Tests.Mutations;

/// <summary>Answers that were changed at random: what a person reads is true, or there is no verdict.</summary>
public sealed class MutationTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Environment variable with the number of answers to try.</summary>
    private const string CountVariable = "TRUECOPY_ADVERSARY_MUTATIONS";

    /// <summary>Environment variable with the seed of a run to repeat.</summary>
    private const string SeedVariable = "TRUECOPY_SEED";

    private readonly TempFolder _folder = new();
    private readonly StubService _service = new();

    public void Dispose()
    {
        _folder.Dispose();
        _service.Dispose();
    }

    [Fact]
    public async Task Whatever_is_changed_in_an_answer_a_person_reads_the_truth_or_that_there_is_no_answer()
    {
        var count = Extent.Of(CountVariable, 600, 10_000);
        var seed = Extent.Seed;
        output.WriteLine($"{SeedVariable}={seed}");
        await WriteAsync();
        using var network = new Tampering(_service);
        var truths = new Dictionary<string, Truth>();
        foreach (var document in Documents.Names)
        {
            var truth = await VerifyAsync(network, document);
            Assert.True(truth.ExitCode != ExitCode.NoAnswer, $"{document}: {truth.Text}");
            truths[document] = new Truth(truth, [await VerifyAsync(network, document, "--issuer", "bank"), await VerifyAsync(network, document, "--issuer", "registry")], network.Last);
        }

        var random = new Random(seed);
        var mutator = new AnswerMutator(random, [.. truths.Values.Select(truth => truth.Answer)]);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var document = Documents.Names[random.Next(Documents.Names.Count)];
            var what = "";
            network.Change = answer =>
            {
                (answer, what) = mutator.Mutate(answer);
                return answer;
            };
            var run = await VerifyAsync(network, document);
            var outcome = OutcomeOf(run, truths[document]);
            Assert.True(outcome is not null, $"{SeedVariable}={seed}, change {i} of the answer about '{document}': {what}\nwas read before:\n{truths[document].Whole.Text}\nand is read now, exit code {run.ExitCode}:\n{run.Text}");
            outcomes[outcome!] = outcomes.GetValueOrDefault(outcome!) + 1;
        }

        output.WriteLine($"{count} answers: {string.Join(", ", outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"))}");
        Assert.True(outcomes.GetValueOrDefault("no answer") > count / 2);
    }

    // Null where neither the truth is read nor that there is no answer.
    private static string? OutcomeOf(Run run, Truth truth)
    {
        if (run.Text.Contains("Unhandled exception", StringComparison.Ordinal) || run.Text.Any(c => char.IsControl(c) && c is not '\n'))
            return null;
        if (run.ExitCode == ExitCode.NoAnswer)
            return "no answer";
        if (Same(run, truth.Whole))
            return run.Output == truth.Whole.Output ? "the same" : "the same, but for the service's own word";

        // That there is nothing, or nothing more, nobody can prove. The word is the same, or one on which nobody would rely.
        if (run.ExitCode == truth.Whole.ExitCode && truth.OfOne.Any(one => Same(run, one)))
            return "one institution left out";
        return run.ExitCode == ExitCode.NotVerified && run.Output.Contains("? UNKNOWN", StringComparison.Ordinal) ? "unknown" : null;
    }

    private static bool Same(Run left, Run right) => left.ExitCode == right.ExitCode && Proven.Of(left.Output) == Proven.Of(right.Output);

    private async Task<Run> VerifyAsync(Tampering network, string document, params string[] more)
    {
        using var standard = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(standard, error, color: false, interactive: false);
        var known = new KnownLogs(_folder.At(Guid.NewGuid().ToString()));
        var exitCode = await CommandLine.RunAsync(["verify", _folder.At(document), "--key", _service.Key, "--service", "http://service.example", .. more], terminal, network, known, _service.World.Time, TestContext.Current.CancellationToken);
        return new Run(exitCode, standard.ToString(), error.ToString());
    }

    private async Task WriteAsync()
    {
        _service.World.AddIssuer("registry");
        foreach (var document in Documents.Names)
            _folder.File(document, Encoding.UTF8.GetBytes(document));
        await Documents.IssueAsync(_service);
    }

    /// <param name="Whole">What is read of a document.</param>
    /// <param name="OfOne">What is read of it by who asks for one institution.</param>
    /// <param name="Answer">What the service answers.</param>
    private sealed record Truth(Run Whole, IReadOnlyList<Run> OfOne, byte[] Answer);

    /// <summary>Changes what the service answers about documents.</summary>
    private sealed class Tampering(HttpMessageHandler service) : DelegatingHandler(service)
    {
        public Func<byte[], byte[]> Change { get; set; } = answer => answer;

        /// <summary>The last answer, as the service gave it.</summary>
        public byte[] Last { get; private set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath != "/v1/verify")
                return response;
            Last = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            response.Content = new ByteArrayContent(Change(Last));
            return response;
        }
    }
}
