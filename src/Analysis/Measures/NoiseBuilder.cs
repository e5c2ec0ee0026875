using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>C13: shares of noise, clean signal and gradient in the modes of W_S(s, t_k), and how far each moves the test outputs.</summary>
internal static class NoiseBuilder
{
    /// <summary>Shares per window of the schedule.</summary>
    /// <param name="window">The run with clean_S or noise_mask_S, g(s) and U_S(s), W_S(s, t_k), and the eigenpairs of W_S(s, T).</param>
    /// <param name="schedule">Dimensions of the same Gramians: where no mode is in the reservoir, or every one, no eigenvectors are needed.</param>
    /// <param name="cancellation">Honoured between windows.</param>
    public static Known<NoisePlacement> Build(StudiedWindow window, Known<SpectralSchedule> schedule, CancellationToken cancellation)
    {
        var (input, model, solution) = window;
        var division = input.Noise;
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
            var vectors = signal == 0 || signal == solution.Dimension ? null : last ? solution.Pairs.Vectors : Leading(window, k, signal, cancellation);
            var response = last ? Response(model.Propagation.G_Q, input) : model.PartialGramians[k].Response!;
            Placement Place(double[] v, int column)
            {
                double size = VectorRoutines.Dot(v, v);
                double inside = vectors is null
                    ? signal == 0 ? 0 : 1
                    : Enumerable.Range(0, signal).Sum(j => Square(VectorRoutines.Dot(((MatrixView)vectors).Column(j), v))) / size;
                var placement = size > 0 ? new Placement(inside, 1 - inside, 2 * beta * VectorMath.Quadratic(w, v) / size) : new Placement(0, 0, null);
                return placement with { Size = Math.Sqrt(size), TestMovement = response.Column(column).L2Norm() };
            }
            points.Add(new NoisePoint(known.OverEnd[k].Time, Place(d.Noise, 0), Place(d.Clean, 1), Place(input.StartGradient, 2)));
        }
        return Known.Of(new NoisePlacement { Division = d.How, NoisyExamples = d.Noisy, Points = points });
    }

    // The modes in the signal, the largest first.
    private static DenseMatrix Leading(StudiedWindow window, int k, int signal, CancellationToken cancellation)
    {
        var (input, space, part) = (window.Input, window.Input.Space, window.Model.PartialGramians[k]);
        if (SpectrumSolver.IsPartial(input.Options, space.Dimension))
            return space.Lift(SpectrumSolver.Vectors(space.RestrictSymmetric(part.W_S), input.Options, input.Backend, cancellation));
        MatrixView ascending = window.Gramian(part.Knot, part.W_S).Vectors, leading = new DenseMatrix(ascending.Rows, signal);
        for (int j = 0; j < signal; j++) ascending.Column(ascending.Columns - 1 - j).CopyTo(leading.Column(j));
        return space.Lift(leading);
    }

    private static DenseMatrix Response(DenseMatrix g, AnalysisInput input)
    {
        var parts = input.NoiseParts!;
        var response = new DenseMatrix(g.RowCount, parts.ColumnCount);
        input.Backend.Gemm(Op.None, Op.None, 1, g, parts, 0, response);
        return response;
    }

    private static double Square(double x) => x * x;
}
