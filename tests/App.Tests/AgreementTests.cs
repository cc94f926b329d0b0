using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrueCopy.Api;
using TrueCopy.AzureStorage;
using TrueCopy.Local.Azurite;
using TrueCopy.Local.Triggers;

namespace TrueCopy.App.Tests;

/// <summary>What is said in several places is the same in all: the Function App, the local service, host.json and the Bicep.</summary>
public sealed partial class AgreementTests
{
    private static readonly IReadOnlyList<(string Name, Attribute Trigger)> Functions =
    [
        .. from method in typeof(AppHost).Assembly.GetTypes().SelectMany(type => type.GetMethods())
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           select (function.Name, method.GetParameters()[0].GetCustomAttributes().OfType<TriggerBindingAttribute>().Single() as Attribute),
    ];

    [Fact]
    public void Every_route_belongs_to_the_function_that_is_named_for_it_and_what_takes_every_path_comes_last()
    {
        var areas = Functions.Where(function => function.Trigger is HttpTriggerAttribute)
            .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Select(function => (function.Name, Route: ((HttpTriggerAttribute)function.Trigger).Route!))
            .ToArray();
        Assert.Equal("{*path}", areas[^1].Route);
        var served = typeof(Routes).GetFields().Select(field => (string)field.GetRawConstantValue()!)
            .Select(template => areas.First(area => Takes(area.Route, template)).Name)
            .ToHashSet();
        Assert.Equal(areas.Select(area => area.Name).SkipLast(1), served.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void Functions_are_named_once_take_every_method_and_ask_for_no_function_key()
    {
        Assert.Equal(Functions.Count, Functions.Select(function => function.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Superset(new HashSet<string> { "OnBlobCreated", "DrainStagedActs", "AskDomains", "OnPoisonBlobEvent" }, Functions.Select(function => function.Name).ToHashSet());
        Assert.All(Triggers<HttpTriggerAttribute>(), trigger => Assert.Equal((AuthorizationLevel.Anonymous, 0), (trigger.AuthLevel, trigger.Methods?.Length ?? 0)));
    }

    [Fact]
    public async Task The_app_and_the_local_service_listen_to_the_same_queues()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddAzureStorage(StorageAccounts.Connect("UseDevelopmentStorage=true", "UseDevelopmentStorage=true")).AddLedger().AddQueueTriggers(BlobEventQueues.Most);
        services.AddSingleton(new LogIdentity("log.example", []));
        await using var provider = services.BuildServiceProvider();
        var local = provider.GetServices<IHostedService>().OfType<QueueTrigger>().Select(trigger => trigger.QueueName);
        Assert.Equal(local.Order(), Triggers<QueueTriggerAttribute>().Select(trigger => trigger.QueueName).Order());
        Assert.All(Triggers<QueueTriggerAttribute>(), trigger => Assert.Equal("Ledger", trigger.Connection));
    }

    [Fact]
    public void No_queue_is_without_someone_who_empties_it()
    {
        var emptied = Triggers<QueueTriggerAttribute>().Select(trigger => trigger.QueueName).ToHashSet();
        Assert.Superset(StorageNames.Queues.Select(queue => queue + StorageNames.PoisonSuffix).ToHashSet(), emptied);
        Assert.Superset(BlobEventQueues.All.ToHashSet(), emptied);
        Assert.Contains(StorageNames.AnswersQueue, emptied);
    }

    [Fact]
    public void The_local_service_has_the_figures_of_host_json_and_routes_have_no_prefix()
    {
        var extensions = Repository.ReadJson("host.json").GetProperty("extensions");
        var queues = extensions.GetProperty("queues");
        Assert.Equal(QueueTrigger.BatchSize, queues.GetProperty("batchSize").GetInt32());
        Assert.Equal(QueueTrigger.NewBatchThreshold, queues.GetProperty("newBatchThreshold").GetInt32());
        Assert.Equal(QueueTrigger.MaxDequeueCount, queues.GetProperty("maxDequeueCount").GetInt32());
        Assert.Equal(QueueTrigger.Invisible, TimeSpan.Parse(queues.GetProperty("visibilityTimeout").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal("none", queues.GetProperty("messageEncoding").GetString());
        Assert.Equal("", extensions.GetProperty("http").GetProperty("routePrefix").GetString());
    }

    [Fact]
    public void A_drain_hands_over_before_a_function_is_stopped()
    {
        var limit = TimeSpan.Parse(Repository.ReadJson("host.json").GetProperty("functionTimeout").GetString()!, CultureInfo.InvariantCulture);
        Assert.True(Sequencer.MaxDrainTime < limit);
    }

    [Fact]
    public void The_Bicep_sets_what_the_app_reads_and_nothing_else()
    {
        var bicep = SettingPattern().Matches(SettingsBlockPattern().Match(Repository.Read("infra/modules/app.bicep")).Groups[1].Value)
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        var read = SettingsTests.ReadBy("keyVault");

        // What the Functions host reads for itself: its own storage, that the root is ours, and how the queue triggers' connection signs in.
        string[] hosts = ["AzureWebJobsDisableHomepage", "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId", "Ledger__credential", "Ledger__clientId"];
        Assert.Equal(read.Concat(hosts).Order(), bicep.Order());
    }

    [Fact]
    public void The_template_for_a_laptop_sets_what_the_app_reads_there_and_points_at_what_the_local_service_starts()
    {
        var template = Repository.ReadJson("functions/App/local.settings.template.json").GetProperty("Values");
        var set = template.EnumerateObject().Select(setting => setting.Name).ToHashSet();
        Assert.Subset(SettingsTests.ReadBy("file").Concat(["AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"]).ToHashSet(), set);
        Assert.Superset(new HashSet<string> { "Inbox", "Ledger", "Log__Origin", "Signing__Mode", "Signing__Folder" }, set);

        string Connection(AzuriteAccount account) => account.ConnectionString(Local.LocalOptions.DefaultBlobPort, Local.LocalOptions.DefaultQueuePort, Local.LocalOptions.DefaultTablePort);
        Assert.Equal(Connection(AzuriteAccount.Inbox), template.GetProperty("Inbox").GetString());
        Assert.Equal(Connection(AzuriteAccount.Ledger), template.GetProperty("Ledger").GetString());
        Assert.Equal(Connection(AzuriteAccount.Ledger), template.GetProperty("AzureWebJobsStorage").GetString());
        Assert.Equal(Local.LocalOptions.Origin, template.GetProperty("Log__Origin").GetString());
        Assert.Equal(".truecopy/keys", template.GetProperty("Signing__Folder").GetString());
    }

    [Fact]
    public void Every_metric_that_alerts_and_workbook_ask_for_is_measured()
    {
        using var measured = new InstrumentNames();
        using var sequencer = new SequencerMetrics();
        using var intake = new IntakeMetrics();
        using var answers = new AnswerMetrics();
        using var witnessing = new WitnessingMetrics();
        using var api = new ApiMetrics();

        // Witnesses are another app, which has a test of its own of this.
        var asked = Directory.GetFiles(Repository.PathOf("infra/modules")).Where(file => !Path.GetFileName(file).StartsWith("witness-", StringComparison.Ordinal))
            .SelectMany(file => MetricPattern().Matches(File.ReadAllText(file))).Select(match => match.Value).ToHashSet();
        Assert.NotEmpty(asked);
        Assert.Subset(measured.Names.ToHashSet(), asked);
    }

    private static IEnumerable<T> Triggers<T>()
        where T : Attribute => Functions.Select(function => function.Trigger).OfType<T>();

    private static bool Takes(string route, string template)
    {
        var prefix = route.Split("/{*")[0];
        return template == route || template == prefix || template.StartsWith(prefix + "/", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"name: 'appsettings'\s+properties: \{(.*?)\n  \}", RegexOptions.Singleline)]
    private static partial Regex SettingsBlockPattern();

    [GeneratedRegex(@"^    (\w+):", RegexOptions.Multiline)]
    private static partial Regex SettingPattern();

    [GeneratedRegex(@"truecopy\.[a-z_]+(\.[a-z_]+)*")]
    private static partial Regex MetricPattern();
}
