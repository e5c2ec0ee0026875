using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The rows of "windows".</summary>
internal static class WindowSchemas
{
    /// <summary>One window.</summary>
    public static readonly Schema<WindowResult> Row = new(s =>
    {
        var (from, to) = (s.Add("from", Number, w => w.From), s.Add("to", Number, w => w.To));
        var (first, last) = (s.Add("firstCheckpoint", Whole, w => w.FirstCheckpoint), s.Add("lastCheckpoint", Whole, w => w.LastCheckpoint));
        var (steps, error) = (s.Add("steps", Whole, w => w.Steps), s.Add("integrationError", Number, w => w.IntegrationError));
        var (largest, fraction) = (s.Add("largestEigenvalue", Number, w => w.LargestEigenvalue),
            s.Add("largestFraction", KnownNumber, w => w.LargestFraction));
        var (signal, reservoir) = (s.Add("signalDimension", KnownWhole, w => w.SignalDimension),
            s.Add("reservoirDimension", KnownWhole, w => w.ReservoirDimension));
        var rank = s.Add("effectiveRank", Number, w => w.EffectiveRank);
        var (inclusion, ratio) = (s.Add("inclusion", Codecs.Verdict, w => w.Inclusion), s.Add("worstRatio", Number, w => w.WorstRatio));
        var (c1, c2) = (s.Add("dissipation", KnownNumber, w => w.Dissipation), s.Add("transport", KnownNumber, w => w.Transport));
        var (c3, c4) = (s.Add("trainTransfer", KnownNumber, w => w.TrainTransfer), s.Add("testTransfer", KnownNumber, w => w.TestTransfer));
        var claims = s.Add("claims", ClaimSchemas.Claim.RowsIfAny, w => w.Claims);
        return json => new WindowResult(from[json], to[json])
        {
            FirstCheckpoint = first[json], LastCheckpoint = last[json], Steps = steps[json], IntegrationError = error[json],
            LargestEigenvalue = largest[json], LargestFraction = fraction[json], SignalDimension = signal[json], ReservoirDimension = reservoir[json],
            EffectiveRank = rank[json], Inclusion = inclusion[json], WorstRatio = ratio[json], Dissipation = c1[json], Transport = c2[json],
            TrainTransfer = c3[json], TestTransfer = c4[json], Claims = claims[json],
        };
    });
}
