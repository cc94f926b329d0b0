using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Http;

namespace TrueCopy.Api;

/// <summary>A whole number in the query: digits alone, once.</summary>
internal static class QueryNumber
{
    /// <summary>Reads one from <paramref name="least"/> to <paramref name="most"/>; <paramref name="otherwise"/> where it is left out.</summary>
    public static bool TryRead<T>(HttpRequest request, string name, T least, T most, T otherwise, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = otherwise;
        return request.Query[name] switch
        {
            [] => true,
            [var text] => T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most,
            _ => false,
        };
    }
}
