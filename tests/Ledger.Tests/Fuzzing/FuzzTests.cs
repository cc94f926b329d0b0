using System.Diagnostics;
using CsCheck;

namespace TrueCopy.Ledger.Tests.Fuzzing;

/// <summary>
/// No bytes from outside make a parser throw what it does not document, take long, or take memory beyond its input; and
/// what it accepts it writes again. <c>TRUECOPY_FUZZ_SECONDS</c> goes on for longer, over all targets in turn.
/// </summary>
public sealed class FuzzTests
{
    private const string LongMode = "TRUECOPY_FUZZ_SECONDS";
    private const int Iterations = 1500;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Valid_input_is_accepted_and_comes_back(string name)
    {
        var target = FuzzTargets.Of(name);
        Assert.All(target.Samples, sample => Assert.True(target.Check(sample), $"{name}: a sample is refused"));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_broke_it_once_does_not_again(string name)
    {
        var target = FuzzTargets.Of(name);
        foreach (var input in target.Regressions)
            target.Check(input);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Mutations_of_valid_input_break_nothing(string name)
    {
        var target = FuzzTargets.Of(name);
        Gen.Int.Sample(seed => { target.Check(Mutator.Mutate(target, seed)); }, iter: Iterations, threads: 1);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_bytes_break_nothing(string name)
    {
        var target = FuzzTargets.Of(name);
        Gen.Byte.Array[0, 400].Sample(bytes => { target.Check(bytes); }, iter: Iterations / 3, threads: 1);
    }

    [Fact]
    public void The_mutator_leaves_some_inputs_valid_and_not_others()
    {
        foreach (var target in FuzzTargets.All.Where(target => target.Documented is not null))
        {
            var accepted = Enumerable.Range(0, 2000).Count(seed => target.Check(Mutator.Mutate(target, seed)));
            Assert.InRange(accepted, 1, 1999);
        }
    }

    [Fact]
    public void For_as_long_as_was_asked()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(LongMode), out var seconds))
            Assert.Skip($"{LongMode} says for how many seconds.");
        var (started, random) = (Stopwatch.GetTimestamp(), new Random());
        var (tried, accepted) = (FuzzTargets.All.ToDictionary(target => target.Name, _ => 0L), FuzzTargets.All.ToDictionary(target => target.Name, _ => 0L));
        var failures = new HashSet<string>();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            foreach (var target in FuzzTargets.All)
            {
                for (var i = 0; i < 200; i++)
                {
                    tried[target.Name]++;
                    try
                    {
                        accepted[target.Name] += target.Check(Mutator.Mutate(target, random.Next())) ? 1 : 0;
                    }
                    catch (FuzzException exception)
                    {
                        failures.Add(exception.Message);
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{tried.Values.Sum()} inputs in {seconds} s");
        foreach (var (name, count) in tried)
            TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {count} tried, {accepted[name]} accepted");
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
    }
}
