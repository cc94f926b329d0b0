namespace TrueCopy.Api;

/// <summary>The route templates of the API, once for every host.</summary>
public static class Routes
{
    /// <summary>One digest: <see cref="VerifyEndpoints.VerifyOneAsync"/>.</summary>
    public const string VerifyOne = "v1/verify/{algorithm}/{digest}";

    /// <summary>Its receipt: <see cref="VerifyEndpoints.ReceiptOfOneAsync"/>.</summary>
    public const string ReceiptOfOne = "v1/verify/{algorithm}/{digest}/receipt";

    /// <summary>Up to 1,000 digests: <see cref="VerifyEndpoints.VerifyManyAsync"/>.</summary>
    public const string VerifyMany = "v1/verify";

    /// <summary>A receipt made fresh: <see cref="ReceiptEndpoints.RefreshAsync"/>.</summary>
    public const string RefreshReceipt = "v1/receipts/refresh";

    /// <summary>How every document of the log stands: <see cref="StatusEndpoints.StatusAsync"/>.</summary>
    public const string Status = "v1/status";

    /// <summary>The same as credentials have it: <see cref="StatusEndpoints.StatusListAsync"/>.</summary>
    public const string StatusList = "v1/statuslist";

    /// <summary>The registry: <see cref="RegistryEndpoints.IssuersAsync"/>.</summary>
    public const string Issuers = "v1/issuers";

    /// <summary>Who an issuer was called, and since when: <see cref="RegistryEndpoints.HistoryAsync"/>.</summary>
    public const string IssuerHistory = "v1/issuers/{id}";

    /// <summary>An issuer's documents under its own reference: <see cref="IssuerEndpoints.DocumentsAsync"/>.</summary>
    public const string IssuerDocuments = "v1/issuers/{id}/documents";

    /// <summary>What an issuer uploaded, and what came of it: <see cref="IssuerEndpoints.UploadsAsync"/>.</summary>
    public const string IssuerUploads = "v1/issuers/{id}/uploads";

    /// <summary>Who takes packages: <see cref="HandoverEndpoints.ReceiversAsync"/>.</summary>
    public const string Receivers = "v1/receivers";

    /// <summary>A package that is announced: <see cref="HandoverEndpoints.AnnounceAsync"/>.</summary>
    public const string Handovers = "v1/handovers";

    /// <summary>What became of it: <see cref="HandoverEndpoints.TraceAsync"/>.</summary>
    public const string Handover = "v1/handovers/{id}";

    /// <summary>Its holder takes the consent back: <see cref="HandoverEndpoints.WithdrawAsync"/>.</summary>
    public const string Withdraw = "v1/handovers/{id}/withdraw";

    /// <summary>A receiver's packages: <see cref="ReceiverEndpoints.ListAsync"/>.</summary>
    public const string ReceiverHandovers = "v1/receivers/{id}/handovers";

    /// <summary>Where one of them is: <see cref="ReceiverEndpoints.PackageAsync"/>.</summary>
    public const string ReceiverPackage = "v1/receivers/{id}/handovers/{handover}/package";

    /// <summary>What the receiver does with it: <see cref="ReceiverEndpoints.ActAsync"/>.</summary>
    public const string ReceiverActs = "v1/receivers/{id}/handovers/{handover}/acts";

    /// <summary>The log's keys: <see cref="RegistryEndpoints.KeysAsync"/>.</summary>
    public const string Keys = "v1/keys";

    /// <summary>Which witnesses the log asks, and which it does not do without: <see cref="RegistryEndpoints.Policy"/>.</summary>
    public const string Policy = "v1/policy";

    /// <summary>The signed head of the log: <see cref="LogEndpoints.CheckpointAsync"/>.</summary>
    public const string Checkpoint = "log/checkpoint";

    /// <summary>Tiles and entry bundles: <see cref="LogEndpoints.TileAsync"/>.</summary>
    public const string Tile = "log/tile/{*path}";

    /// <summary>
    /// The page for people: <see cref="PageEndpoints.Index"/>. Matches the root and nothing else: the Functions host takes an
    /// empty template for the function's name, and puts a slash before any other.
    /// </summary>
    public const string Page = "{root:maxlength(0)?}";

    /// <summary>The description of all this, to be read: <see cref="PageEndpoints.Reference"/>.</summary>
    public const string Reference = "docs";

    /// <summary>What the pages load: <see cref="PageEndpoints.Asset"/>.</summary>
    public const string PageAsset = "assets/{file}";

    /// <summary>The process runs: <see cref="HealthEndpoints.Live"/>.</summary>
    public const string Live = "health/live";

    /// <summary>The service can answer: <see cref="HealthEndpoints.ReadyAsync"/>.</summary>
    public const string Ready = "health/ready";

    /// <summary>The description of all this, for tools: <see cref="PageEndpoints.OpenApi"/>.</summary>
    public const string OpenApi = "openapi/v1.json";
}
