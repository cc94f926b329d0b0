using System.Runtime.CompilerServices;

namespace TrueCopy.Client;

/// <summary>Work on a stream of things, several at a time, whose results come out in the stream's order.</summary>
public static class Ordered
{
    /// <summary>Maps <paramref name="items"/>; reads no further ahead than it works.</summary>
    /// <param name="items">What to work on.</param>
    /// <param name="parallelism">How many at a time.</param>
    /// <param name="work">The work; the first that fails ends the stream, once what was begun has stopped.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async IAsyncEnumerable<TResult> MapAsync<T, TResult>(
        IAsyncEnumerable<T> items,
        int parallelism,
        Func<T, CancellationToken, Task<TResult>> work,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = new Queue<Task<TResult>>(parallelism);
        try
        {
            await foreach (var item in items.WithCancellation(stop.Token))
            {
                if (begun.Count == parallelism)
                    yield return await begun.Dequeue();
                begun.Enqueue(Task.Run(() => work(item, stop.Token), stop.Token));
            }

            while (begun.TryDequeue(out var next))
                yield return await next;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(begun).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
