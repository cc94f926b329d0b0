using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Azure.WebJobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TrueCopy.FunctionsHost;

/// <summary>The platform's own queue listeners, with the figures of <c>host.json</c>.</summary>
internal static class QueueListeners
{
    private const string Section = "AzureWebJobs";

    public static async Task<IHost> StartAsync(
        Invoker invoker,
        IReadOnlyList<DeclaredFunction> functions,
        HostJson hostJson,
        IReadOnlyDictionary<string, string> settings,
        ILoggerProvider log,
        CancellationToken cancellationToken)
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("QueueFunctions"), AssemblyBuilderAccess.Run).DefineDynamicModule("QueueFunctions");
        var types = functions.Select(function => QueueFunction.Make(module, function)).ToArray();
        var host = new HostBuilder()
            .ConfigureAppConfiguration(configuration => configuration
                .AddInMemoryCollection(hostJson.Below(Section))
                .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))))
            .ConfigureWebJobs(jobs => jobs.AddAzureStorageQueues())
            // The SDK's own requests are logged for the whole process, so also those of the tests in it.
            .ConfigureLogging(logging => logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug).AddFilter("Azure", LogLevel.None))
            .ConfigureServices(services => services
                .AddSingleton<ITypeLocator>(new MadeTypes(types))
                .AddSingleton(new QueueMessages(invoker, functions)))
            .Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private sealed class MadeTypes(Type[] types) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => types;
    }
}
