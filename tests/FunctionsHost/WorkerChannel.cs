using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>The host's end of the stream to the one worker: questions and answers are matched by their ids.</summary>
internal sealed class WorkerChannel(Action<string> log) : FunctionRpc.FunctionRpcBase
{
    private readonly Channel<StreamingMessage> _toWorker = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _questions = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StatusResult>> _invocations = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the worker has said that it is there.</summary>
    public Task Connected => _connected.Task;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream,
        IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context)
    {
        var writing = WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
                Receive(message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The worker has ended.
        }

        _toWorker.Writer.TryComplete();
        await writing;
        foreach (var invocation in _invocations.Values)
            invocation.TrySetException(new InvalidOperationException("The worker ended."));
    }

    /// <summary>Asks, and waits for the answer to this question.</summary>
    public async Task<StreamingMessage> AskAsync(StreamingMessage question, CancellationToken cancellationToken)
    {
        question.RequestId = Guid.NewGuid().ToString();
        var answer = _questions[question.RequestId] = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(question);
        return await answer.Task.WaitAsync(Wait.Limit, cancellationToken);
    }

    /// <summary>Runs a function; cancelling tells it so and waits for what it makes of it.</summary>
    public async Task<StatusResult> InvokeAsync(InvocationRequest request, CancellationToken cancellationToken)
    {
        var result = _invocations[request.InvocationId] = new TaskCompletionSource<StatusResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(new StreamingMessage { InvocationRequest = request });
        await using var cancelling = cancellationToken.Register(
            () => Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = request.InvocationId } }));
        return await result.Task;
    }

    /// <summary>Tells the worker to end.</summary>
    public void Terminate() => Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    private void Send(StreamingMessage message) => _toWorker.Writer.TryWrite(message);

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _toWorker.Reader.ReadAllAsync(cancellationToken))
                await stream.WriteAsync(message, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or IOException)
        {
            // Nobody is left to hear it.
        }
    }

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                _connected.TrySetResult();
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                log($"{message.RpcLog.Category}: {message.RpcLog.Message} {message.RpcLog.Exception?.Message} {message.RpcLog.Exception?.StackTrace}".TrimEnd());
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                    invocation.TrySetResult(message.InvocationResponse.Result);
                break;
            default:
                if (_questions.TryRemove(message.RequestId, out var question))
                    question.TrySetResult(message);
                break;
        }
    }
}
