using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of what is said of generalisation: population risk, visible noise and minimum norm.</summary>
internal static class RiskSchemas
{
    private static readonly Schema<StoppingPoint> s_stop = new(s =>
    {
        var (checkpoint, time) = (s.Add("checkpoint", Whole, p => p.Checkpoint), s.Add("time", Number, p => p.Time));
        var loss = s.Add("testLoss", KnownNumber, p => p.TestLoss);
        return json => new StoppingPoint(checkpoint[json], time[json], loss[json]);
    });

    /// <summary>The key "populationRisk".</summary>
    public static readonly Schema<PopulationRisk> Risk = new(s =>
    {
        var (times, estimate) = (s.Add("times", Numbers, r => r.Times), s.Add("leaveOneOut", Numbers, r => r.LeaveOneOut));
        var first = s.Add("firstOrder", KnownNumbers, r => r.FirstOrder);
        var (shifts, path) = (s.Add("shifts", Numbers, r => r.Shifts), s.Add("pathError", Number, r => r.PathError));
        var (best, byTest) = (s.Add("best", s_stop.Object, r => r.Best), s.Add("bestByTest", s_stop.KnownObject, r => r.BestByTest));
        return json => new PopulationRisk
        {
            Times = times[json], LeaveOneOut = estimate[json], Shifts = shifts[json], PathError = path[json], Best = best[json], BestByTest = byTest[json],
            FirstOrder = first.Or(json, PictureSchemas.Absent<IReadOnlyList<double>>()),
        };
    });

    /// <summary>The key "visibleNoise".</summary>
    public static readonly Schema<VisibleNoise> Noise = new(s =>
    {
        var (division, square) = (s.Add("division", Text, v => v.Division), s.Add("meanSquare", Number, v => v.MeanSquare));
        var (error, without) = (s.Add("testError", KnownNumber, v => v.TestError), s.Add("testErrorWithout", KnownNumber, v => v.TestErrorWithout));
        var (loss, lossWithout) = (s.Add("testLoss", KnownNumber, v => v.TestLoss), s.Add("testLossWithout", KnownNumber, v => v.TestLossWithout));
        var linearised = s.Add("linearised", Truth, v => v.IsLinearised);
        return json => new VisibleNoise
        {
            Division = division[json], MeanSquare = square[json], TestError = error[json], TestErrorWithout = without[json],
            TestLoss = loss[json], TestLossWithout = lossWithout[json], IsLinearised = linearised[json],
        };
    });

    /// <summary>The key "minimumNorm".</summary>
    public static readonly Schema<MinimumNorm> Norm = new(s =>
    {
        var (energy, path) = (s.Add("energy", Number, n => n.Energy), s.Add("pathEnergy", Number, n => n.PathEnergy));
        var (rank, error) = (s.Add("rank", Whole, n => n.Rank), s.Add("testError", KnownNumber, n => n.TestError));
        return json => new MinimumNorm { Energy = energy[json], PathEnergy = path[json], Rank = rank[json], TestError = error[json] };
    });
}
