using System.Globalization;

namespace KernelFlow.Tests;

internal static class Cultures
{
    /// <summary>Runs under a culture and returns to the one before.</summary>
    public static T Under<T>(string name, Func<T> work)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
        try { return work(); }
        finally { CultureInfo.CurrentCulture = before; }
    }
}
