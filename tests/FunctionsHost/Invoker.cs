using System.Collections.Concurrent;
using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>Has the worker run functions, and remembers what failed: the platform logs that, and operators are alerted.</summary>
internal sealed class Invoker(WorkerChannel worker)
{
    /// <summary>Failed invocations, as <c>function: reason</c>.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Runs a function on one input, the trigger's.</summary>
    /// <exception cref="InvocationException">It failed.</exception>
    public async Task RunAsync(DeclaredFunction function, string invocationId, TypedData input, CancellationToken cancellationToken)
    {
        var request = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = function.Metadata.FunctionId,
            TraceContext = new RpcTraceContext(),
        };
        request.InputData.Add(new ParameterBinding { Name = function.TriggerPart("name"), Data = input });
        var result = await worker.InvokeAsync(request, cancellationToken);
        if (result.Status != StatusResult.Types.Status.Success)
            throw Failed(function, $"{result.Status} {result.Exception?.Message} {result.Exception?.StackTrace}");
    }

    /// <summary>Notes a failure.</summary>
    public InvocationException Failed(DeclaredFunction function, string reason)
    {
        Failures.Enqueue($"{function.Name}: {reason}");
        return new InvocationException(reason);
    }
}

/// <summary>A function failed.</summary>
internal sealed class InvocationException(string message) : Exception(message);
