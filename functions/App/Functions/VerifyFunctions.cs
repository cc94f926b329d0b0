using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TrueCopy.Api;

namespace TrueCopy.App.Functions;

/// <summary>Verification requests.</summary>
public sealed class VerifyFunctions(VerifyEndpoints verify, FailureAnswers guard)
{
    /// <summary>One digest.</summary>
    [Function("VerifyOne")]
    public Task<IResult> OneAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.VerifyOne)] HttpRequest request,
        string algorithm,
        string digest) =>
        guard.GuardAsync(request, stop => verify.VerifyOneAsync(request, algorithm, digest, stop));

    /// <summary>Many digests.</summary>
    [Function("VerifyMany")]
    public Task<IResult> ManyAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.VerifyMany)] HttpRequest request) =>
        guard.GuardBatchAsync(request, stop => verify.VerifyManyAsync(request, stop));
}
