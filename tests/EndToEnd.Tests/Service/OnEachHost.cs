namespace TrueCopy.EndToEnd.Tests.Service;

// On both hosts when everything is gone through, and otherwise on the one whose turn it is by the seed: that they answer alike is
// what HostsAgreeTests are for.
public sealed class MainPathOnLocalTests(LocalWhenEven running) : MainPathTests(running.Asked()), IClassFixture<LocalWhenEven>;

public sealed class MainPathOnFunctionsTests(FunctionsWhenOdd running) : MainPathTests(running.Asked()), IClassFixture<FunctionsWhenOdd>;

public sealed class ActsOnLocalTests(LocalWhenOdd running) : ActsTests(running.Asked()), IClassFixture<LocalWhenOdd>;

public sealed class ActsOnFunctionsTests(FunctionsWhenEven running) : ActsTests(running.Asked()), IClassFixture<FunctionsWhenEven>;

public sealed class InboxOnLocalTests(LocalWhenEven running) : InboxTests(running.Asked()), IClassFixture<LocalWhenEven>;

public sealed class InboxOnFunctionsTests(FunctionsWhenOdd running) : InboxTests(running.Asked()), IClassFixture<FunctionsWhenOdd>;

public sealed class HandoverOnLocalTests(LocalWhenOdd running) : HandoverTests(running.Asked()), IClassFixture<LocalWhenOdd>;

public sealed class HandoverOnFunctionsTests(FunctionsWhenEven running) : HandoverTests(running.Asked()), IClassFixture<FunctionsWhenEven>;

public sealed class LocalWhenEven(Services services, SharedAzurite azurite) : Running(services, azurite, Host.Local, turn: 0);

public sealed class LocalWhenOdd(Services services, SharedAzurite azurite) : Running(services, azurite, Host.Local, turn: 1);

public sealed class FunctionsWhenEven(Services services, SharedAzurite azurite) : Running(services, azurite, Host.Functions, turn: 0);

public sealed class FunctionsWhenOdd(Services services, SharedAzurite azurite) : Running(services, azurite, Host.Functions, turn: 1);
