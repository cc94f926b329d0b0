namespace TrueCopy.EndToEnd.Tests.Service;

public sealed class MainPathOnLocalTests(OnLocal running) : MainPathTests(running), IClassFixture<OnLocal>;

public sealed class MainPathOnFunctionsTests(OnFunctions running) : MainPathTests(running), IClassFixture<OnFunctions>;

public sealed class ActsOnLocalTests(OnLocal running) : ActsTests(running), IClassFixture<OnLocal>;

public sealed class ActsOnFunctionsTests(OnFunctions running) : ActsTests(running), IClassFixture<OnFunctions>;

public sealed class InboxOnLocalTests(OnLocal running) : InboxTests(running), IClassFixture<OnLocal>;

public sealed class InboxOnFunctionsTests(OnFunctions running) : InboxTests(running), IClassFixture<OnFunctions>;

public sealed class HandoverOnLocalTests(OnLocal running) : HandoverTests(running), IClassFixture<OnLocal>;

public sealed class HandoverOnFunctionsTests(OnFunctions running) : HandoverTests(running), IClassFixture<OnFunctions>;
