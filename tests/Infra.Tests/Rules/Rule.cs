using TrueCopy.Infra.Tests.Model;

namespace TrueCopy.Infra.Tests.Rules;

/// <summary>Something that a security review asks for, and how to find what breaks it.</summary>
/// <param name="Name">As a reviewer would say it; the name of a test.</param>
/// <param name="Violations">Says what breaks the rule in a deployment.</param>
internal sealed record Rule(string Name, Func<Deployment, IEnumerable<string>> Violations)
{
    /// <summary>Where the rule is applied: everywhere, unless it says otherwise.</summary>
    public Func<Deployment, bool> AppliesTo { get; private init; } = _ => true;

    public Rule InProduction => this with { AppliesTo = deployment => deployment.IsProduction };

    public Rule WhereVerifiersSignIn => this with { AppliesTo = deployment => deployment.IsGuarded };

    /// <summary>Holds for every resource of a type, of which there must be some.</summary>
    public static Rule Each(string name, string type, Func<Resource, bool> holds) => Each(name, type, "", holds);

    /// <summary>Holds for every resource of a type whose id contains a text, of which there must be some.</summary>
    public static Rule Each(string name, string type, string idContains, Func<Resource, bool> holds) =>
        new(name, deployment => Broken(deployment.Of(type, idContains), type, holds));

    /// <summary>Holds if each of several conditions does, said as a reviewer would.</summary>
    public static Rule All(string name, params (string Type, string IdContains, Func<Resource, bool> Holds)[] conditions) =>
        new(name, deployment => conditions.SelectMany(condition =>
            Broken(deployment.Of(condition.Type, condition.IdContains), condition.Type, condition.Holds)));

    public override string ToString() => Name;

    private static IEnumerable<string> Broken(IEnumerable<Resource> resources, string type, Func<Resource, bool> holds)
    {
        var all = resources.ToList();
        return all.Count == 0 ? [$"there is no {type}"] : all.Where(resource => !holds(resource)).Select(resource => resource.ToString());
    }
}
