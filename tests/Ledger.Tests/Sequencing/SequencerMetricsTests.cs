using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TrueCopy.Ledger.Tests.Sequencing;

/// <summary>Dashboards and alerts know the sequencer by these names and units.</summary>
public sealed class SequencerMetricsTests
{
    private readonly InMemoryWorld _world = new();

    [Fact]
    public void Instruments_have_the_names_and_units_that_alerts_ask_for_and_say_what_they_count()
    {
        var instruments = new ConcurrentBag<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        listener.Start();
        using var metrics = new SequencerMetrics();

        var own = instruments.Where(instrument => instrument.Meter.Name == SequencerMetrics.MeterName).ToArray();
        Assert.Equal(
            [
                "truecopy.log.head_refused {look}",
                "truecopy.log.standstill s",
                "truecopy.log.unpublished s",
                "truecopy.safety_net.runs {run}",
                "truecopy.sequencer.acts {act}",
                "truecopy.sequencer.batch.duration s",
                "truecopy.sequencer.checkpoints_signed {checkpoint}",
                "truecopy.sequencer.lag s",
                "truecopy.sequencer.lost {batch}",
                "truecopy.staged.age s", "truecopy.staged.given_up {upload}",
            ],
            own.Select(instrument => $"{instrument.Name} {instrument.Unit}").Distinct().Order(StringComparer.Ordinal));
        Assert.All(own, instrument => Assert.NotEmpty(instrument.Description!));
    }

    // Tests beside this one are heard as well, so each figure is one that no other test makes.
    [Fact]
    public async Task A_batch_is_counted_with_its_acts_its_signature_and_its_time()
    {
        const int Acts = 37;
        using var acts = new Measurements("truecopy.sequencer.acts");
        using var signed = new Measurements("truecopy.sequencer.checkpoints_signed");
        using var duration = new Measurements("truecopy.sequencer.batch.duration");
        using var lag = new Measurements("truecopy.sequencer.lag");
        await using var service = _world.Start();
        for (var i = 0; i < Acts; i++)
            await _world.Staged.AddAsync(Samples.Upload($"metrics {i}"), TestContext.Current.CancellationToken);
        _world.Time.Advance(TimeSpan.FromSeconds(4711));
        await service.Sequencer.DrainAsync(TestContext.Current.CancellationToken);

        Assert.Contains(acts.Seen, seen => seen.Value == Acts);
        Assert.Contains(signed.Seen, seen => seen.Value == 1);
        Assert.Contains(duration.Seen, seen => seen.Value == 0);
        Assert.Equal(Acts, lag.Seen.Count(seen => seen.Value == 4711));
    }
}
