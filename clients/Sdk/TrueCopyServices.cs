using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TrueCopy.Client;

/// <summary>Wires a client into an application.</summary>
public static class TrueCopyServices
{
    /// <summary>Adds one <see cref="TrueCopyClient"/> for the whole application, disposed with it; it uses the application's <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddTrueCopyClient(this IServiceCollection services, TrueCopyClientOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(provider => new TrueCopyClient(options, network: null, provider.GetRequiredService<TimeProvider>()));
    }
}
