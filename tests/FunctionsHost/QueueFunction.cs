using System.Reflection;
using System.Reflection.Emit;
using Google.Protobuf;
using Microsoft.Azure.WebJobs;
using TrueCopy.FunctionsHost.Protocol;

namespace TrueCopy.FunctionsHost;

/// <summary>Base of the classes that stand for the worker's queue functions before the WebJobs SDK, which knows functions by their attributes.</summary>
public abstract class QueueFunction
{
    private readonly QueueMessages _messages;

    /// <summary>Made by the SDK, for each message.</summary>
    protected QueueFunction(QueueMessages messages) => _messages = messages;

    /// <summary>Hands a message to the worker.</summary>
    protected Task RunAsync(string name, ParameterBindingData message, CancellationToken cancellationToken) =>
        _messages.HandleAsync(name, message, cancellationToken);

    /// <summary>Makes a class, as the platform does, with one method: <c>Run([QueueTrigger] ParameterBindingData, CancellationToken)</c>.</summary>
    internal static Type Make(ModuleBuilder module, DeclaredFunction function)
    {
        var type = module.DefineType(function.Name, TypeAttributes.Public, typeof(QueueFunction));
        Type[] made = [typeof(QueueMessages)];
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, made).GetILGenerator();
        constructor.Emit(OpCodes.Ldarg_0);
        constructor.Emit(OpCodes.Ldarg_1);
        constructor.Emit(OpCodes.Call, typeof(QueueFunction).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, made)!);
        constructor.Emit(OpCodes.Ret);

        var run = type.DefineMethod("Run", MethodAttributes.Public, typeof(Task), [typeof(ParameterBindingData), typeof(CancellationToken)]);
        run.SetCustomAttribute(new CustomAttributeBuilder(typeof(FunctionNameAttribute).GetConstructor([typeof(string)])!, [function.Name]));
        run.DefineParameter(1, ParameterAttributes.None, "message").SetCustomAttribute(new CustomAttributeBuilder(
            typeof(QueueTriggerAttribute).GetConstructor([typeof(string)])!,
            [function.TriggerPart("queueName")],
            [typeof(QueueTriggerAttribute).GetProperty(nameof(QueueTriggerAttribute.Connection))!],
            [function.TriggerPart("connection")]));
        run.DefineParameter(2, ParameterAttributes.None, "cancellationToken");
        var body = run.GetILGenerator();
        body.Emit(OpCodes.Ldarg_0);
        body.Emit(OpCodes.Ldstr, function.Name);
        body.Emit(OpCodes.Ldarg_1);
        body.Emit(OpCodes.Ldarg_2);
        body.Emit(OpCodes.Call, typeof(QueueFunction).GetMethod(nameof(RunAsync), BindingFlags.NonPublic | BindingFlags.Instance)!);
        body.Emit(OpCodes.Ret);
        return type.CreateType();
    }
}

/// <summary>Messages on their way from the platform's listener to the worker.</summary>
public sealed class QueueMessages
{
    private readonly Invoker _invoker;
    private readonly Dictionary<string, DeclaredFunction> _functions;

    internal QueueMessages(Invoker invoker, IEnumerable<DeclaredFunction> functions) =>
        (_invoker, _functions) = (invoker, functions.ToDictionary(function => function.Name));

    internal Task HandleAsync(string name, ParameterBindingData message, CancellationToken cancellationToken)
    {
        var data = new ModelBindingData
        {
            Version = message.Version,
            Source = message.Source,
            ContentType = message.ContentType,
            Content = ByteString.CopyFrom(message.Content.ToMemory().Span),
        };
        return _invoker.RunAsync(_functions[name], Guid.NewGuid().ToString(), new TypedData { ModelBindingData = data }, cancellationToken);
    }
}
