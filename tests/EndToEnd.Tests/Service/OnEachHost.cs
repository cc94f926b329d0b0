namespace TrueCopy.EndToEnd.Tests.Service;

public sealed class MainPathOnLocalTests() : MainPathTests(Host.Local);

public sealed class MainPathOnFunctionsTests() : MainPathTests(Host.Functions);

public sealed class ActsOnLocalTests(ActsOnLocalTests.OnLocal running) : ActsTests(running), IClassFixture<ActsOnLocalTests.OnLocal>
{
    public sealed class OnLocal() : Running(Host.Local);
}

public sealed class ActsOnFunctionsTests(ActsOnFunctionsTests.OnFunctions running) : ActsTests(running), IClassFixture<ActsOnFunctionsTests.OnFunctions>
{
    public sealed class OnFunctions() : Running(Host.Functions);
}

public sealed class InboxOnLocalTests() : InboxTests(Host.Local);

public sealed class InboxOnFunctionsTests() : InboxTests(Host.Functions);
