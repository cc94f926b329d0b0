using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TrueCopy.FunctionDoubles.Worker;

/// <summary>
/// As much of the Functions host as this product needs: finds the functions, maps the HTTP ones under the route prefix of
/// <c>host.json</c>, and runs the queue and timer ones. An instance of a function's class is made for every invocation.
/// </summary>
public static class FunctionHost
{
    /// <summary>A function with its trigger.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Method">The method.</param>
    /// <param name="Trigger">The attribute on its first parameter.</param>
    public sealed record DeclaredFunction(string Name, MethodInfo Method, Attribute Trigger);

    /// <summary>The functions of an assembly.</summary>
    public static IReadOnlyList<DeclaredFunction> In(Assembly assembly) =>
    [
        .. from type in assembly.GetTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttributes().SingleOrDefault(attribute => attribute is HttpTriggerAttribute or QueueTriggerAttribute or TimerTriggerAttribute)
           where trigger is not null
           select new DeclaredFunction(function.Name, method, trigger),
    ];

    internal static IHost Build(WebApplicationBuilder builder, bool servesHttp)
    {
        var functions = In(Assembly.GetEntryAssembly()!);
        var hostJson = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));
        var extensions = hostJson.GetProperty("extensions");
        foreach (var function in functions.Where(function => function.Trigger is not HttpTriggerAttribute))
            builder.Services.AddSingleton<IHostedService>(provider => Background(function, provider, extensions.GetProperty("queues")));

        var app = builder.Build();
        var prefix = extensions.GetProperty("http").GetProperty("routePrefix").GetString();
        foreach (var function in functions.Where(function => servesHttp && function.Trigger is HttpTriggerAttribute))
        {
            var trigger = (HttpTriggerAttribute)function.Trigger;
            app.MapMethods($"{prefix}/{trigger.Route}", trigger.Methods!.Select(method => method.ToUpperInvariant()), context => AnswerAsync(function, context));
        }

        return app;
    }

    internal static async Task<object?> InvokeAsync(DeclaredFunction function, IServiceProvider services, Func<ParameterInfo, object?> argument)
    {
        await using var scope = services.CreateAsyncScope();
        var instance = ActivatorUtilities.CreateInstance(scope.ServiceProvider, function.Method.DeclaringType!);
        var task = (Task)function.Method.Invoke(instance, [.. function.Method.GetParameters().Select(argument)])!;
        await task;
        return task.GetType().GetProperty("Result")?.GetValue(task);
    }

    private static async Task AnswerAsync(DeclaredFunction function, HttpContext context)
    {
        var result = await InvokeAsync(function, context.RequestServices, parameter =>
            parameter.ParameterType == typeof(HttpRequest) ? context.Request : context.Request.RouteValues[parameter.Name!]);
        await ((IResult)result!).ExecuteAsync(context);
    }

    private static BackgroundService Background(DeclaredFunction function, IServiceProvider provider, JsonElement queues) =>
        function.Trigger is QueueTriggerAttribute trigger
            ? ActivatorUtilities.CreateInstance<QueueListener>(provider, function, trigger, queues)
            : ActivatorUtilities.CreateInstance<TimerListener>(provider, function, function.Trigger);
}
