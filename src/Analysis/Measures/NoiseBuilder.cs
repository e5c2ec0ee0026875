using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Measures;

/// <summary>C13: shares of noise, clean signal and gradient in the modes of W_S(s, t_k).</summary>
internal static class NoiseBuilder
{
    /// <summary>Shares per window of the schedule.</summary>
    /// <param name="window">The run with clean_S or noise_mask_S, g(s) and U_S(s), W_S(s, t_k), and the eigenpairs of W_S(s, T).</param>
    /// <param name="schedule">Dimensions of the same Gramians: where no mode is in the reservoir, or every one, no eigenvectors are needed.</param>
    /// <param name="cancellation">Honoured between windows.</param>
    public static Known<NoisePlacement> Build(StudiedWindow window, Known<SpectralSchedule> schedule, CancellationToken cancellation)
    {
        var (input, model, solution) = window;
        var division = Divide(input.Checkpoints, input.Outputs);
        if (!division.TryGet(out var d)) return Known.Unknown<NoisePlacement>(division.Reason!);
        if (!schedule.TryGet(out var known)) return Known.Unknown<NoisePlacement>(schedule.Reason!);
        double? beta = model.Fraction.OrNull();
        var points = new List<NoisePoint>();
        for (int k = 0; k < known.OverEnd.Count; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool last = k == model.PartialGramians.Count;
            var w = last ? model.Propagation.W_S : model.PartialGramians[k].W_S;
            int signal = known.OverEnd[k].SignalDimension;
            // Values alone were computed so far; a projector onto everything or nothing needs no more.
            var vectors = signal == 0 || signal == solution.Dimension ? null : last ? solution.Pairs.Vectors
                : input.Space.Lift(SpectrumSolver.Vectors(input.Space.RestrictSymmetric(w), input.Options, input.Backend, cancellation));
            Placement Place(double[] v)
            {
                double size = VectorRoutines.Dot(v, v);
                double inside = vectors is null
                    ? signal == 0 ? 0 : 1
                    : Enumerable.Range(0, signal).Sum(j => Square(VectorRoutines.Dot(((MatrixView)vectors).Column(j), v))) / size;
                return size > 0 ? new Placement(inside, 1 - inside, 2 * beta * VectorMath.Quadratic(w, v) / size) : new Placement(0, 0, null);
            }
            points.Add(new NoisePoint(known.OverEnd[k].Time, Place(d.Noise), Place(d.Clean), Place(input.StartGradient)));
        }
        return Known.Of(new NoisePlacement { Division = d.How, NoisyExamples = d.Noisy, Points = points });
    }

    private static Known<Division> Divide(CheckpointSequence checkpoints, OutputRecord outputs)
    {
        if (!ChangedLabels.Of(checkpoints).TryGet(out var changed)) return Known.Unknown<Division>(ChangedLabels.Of(checkpoints).Reason!);
        var loss = checkpoints.Loss;
        int p = loss.Outputs;
        double[] g = outputs.Gradients[0];
        if (checkpoints.RunTensors.GetValueOrDefault(TensorName.clean_S) is { } tensor && !loss.IsCustom)
        {
            if (changed.Count == 0) return Known.Unknown<Division>("no label differs from its clean value");
            double[] clean = new double[g.Length];
            loss.WithTargets(tensor.ReadAll()).Gradient(outputs.TrainOutputs[0], clean);
            return Known.Of(new Division(VectorMath.Subtract(g, clean), clean, changed.Count, "clean targets"));
        }
        if (changed.Count == 0) return Known.Unknown<Division>("noise_mask_S marks no example");
        var marked = changed.ToHashSet();
        double[] Where(bool noisy) => [.. g.Select((x, i) => marked.Contains(i / p) == noisy ? x : 0)];
        return Known.Of(new Division(Where(true), Where(false), changed.Count, "noise mask"));
    }

    /// <summary>g(s) in two parts.</summary>
    private sealed record Division(double[] Noise, double[] Clean, int Noisy, string How);

    private static double Square(double x) => x * x;
}
