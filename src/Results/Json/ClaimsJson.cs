using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>Claims in other documents than results.json, with the same keys.</summary>
public static class ClaimsJson
{
    /// <summary>Writes the key "claims" into the object that is open.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ClaimResult> claims)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(claims);
        ClaimSchemas.Claim.Items.Write(json, "claims", claims);
    }
}
