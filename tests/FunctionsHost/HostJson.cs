using Microsoft.Extensions.Configuration;

namespace TrueCopy.FunctionsHost;

/// <summary>What the repository's <c>host.json</c> tells a host.</summary>
internal sealed class HostJson(string appFolder)
{
    private readonly IConfigurationRoot _file = new ConfigurationBuilder().AddJsonFile(Path.Combine(appFolder, "host.json")).Build();

    public string RoutePrefix => _file["extensions:http:routePrefix"] ?? "api";

    /// <summary>Headers that the host adds to every answer that has none of their name.</summary>
    public IReadOnlyDictionary<string, string> CustomHeaders =>
        _file.GetSection("extensions:http:customHeaders").GetChildren().ToDictionary(header => header.Key, header => header.Value!);

    /// <summary>All of it below the section that the WebJobs SDK reads.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Below(string section) =>
        _file.AsEnumerable().Select(setting => KeyValuePair.Create($"{section}:{setting.Key}", setting.Value));
}
