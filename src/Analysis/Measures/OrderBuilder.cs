using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>When each mode of the mean kernel was filled, and overlaps of what is filled with the leading spaces of kernels.</summary>
internal static class OrderBuilder
{
    // Three eigendecompositions each.
    private const int MostOverlaps = 4;

    private const double Half = 0.5;

    /// <summary>From the Gramians that were kept on the way, and kernels.</summary>
    public static Known<OrderOfFilling> Build(StudiedWindow window, bool exact, CancellationToken cancellation)
    {
        var (input, model, _) = window;
        if (input.OutsideTheory is { } outside) return Known.Unknown<OrderOfFilling>(outside);
        KernelTrajectory trajectory = exact ? input.Kernels.LinearKernels(input.AllCheckpoints) : input.Interpolate(input.AllCheckpoints);
        var (outputs, space) = (input.Outputs, input.Space);
        PartialGramian[] parts = [.. model.PartialGramians, new(outputs.Times.Count - 1, model.Propagation.W_S)];
        DenseMatrix[] gramians = [.. parts.Select(p => space.RestrictSymmetric(p.W_S))];
        var means = MeanKernels.Of(trajectory, [.. parts.Select(p => p.Knot)], space);
        var (values, modes) = Eigen(means[^1], window.Backend);
        double span = outputs.Times[^1] - outputs.Times[0];
        double[][] filling = [.. gramians.Select(w => Quadratics(w, modes, window.Backend))];
        double[] slopes = Quadratics(AtCheckpoint(input, 0), modes, window.Backend), end = filling[^1];
        double? full = input.Checkpoints.Loss.Beta is { } beta ? Half / (2 * beta) : null;
        double least = full ?? Math.Max(input.Options.Threshold * end.Max(), double.Epsilon);
        int[] counted = [.. Enumerable.Range(0, values.Length).Reverse().Where(j => end[j] >= least)];
        double[] times = [outputs.Times[0], .. parts.Select(p => outputs.Times[p.Knot])];
        double[] kappa = [.. counted.Select(j => values[j] / span)];
        double[] filled = [.. counted.Select(j => FillingTime.Of(times, [.. filling.Select(f => f[j])], slopes[j], full ?? Half * end[j]))];
        return Known.Of(new OrderOfFilling
        {
            KernelEigenvalues = kappa,
            FillingTimes = filled,
            Modes = values.Length,
            RankCorrelation = counted.Length < 3 ? Known.Unknown<double>($"{counted.Length} modes are filled")
                : Known.Of(RankCorrelation.Of(kappa, filled), "all filling times are the same"),
            Filled = input.Checkpoints.Loss.Beta is null ? OrderOfFilling.ByThreshold : OrderOfFilling.ByEnergy,
            Overlaps = [.. Overlaps(window, parts, means, modes, cancellation)],
        });
    }

    /// <summary>The checkpoints at which kernels are decomposed, where Gramians are kept at these checkpoints and at the end.</summary>
    public static IReadOnlyList<int> Decomposed(IReadOnlyList<int> kept, int last) =>
        [0, .. Chosen(kept.Count).Select(i => i < kept.Count ? kept[i] : last)];

    // Evenly over the Gramians, of which there is one more than are kept on the way.
    private static IEnumerable<int> Chosen(int last) =>
        Enumerable.Range(1, MostOverlaps).Select(i => (int)Math.Round((double)i * (last + 1) / MostOverlaps) - 1).Where(i => i >= 0).Distinct();

    private static IEnumerable<FilledSpace> Overlaps(StudiedWindow window, PartialGramian[] parts, IReadOnlyList<DenseMatrix> means, MatrixView modesOfMean,
        CancellationToken cancellation)
    {
        var (input, backend) = (window.Input, window.Backend);
        int last = parts.Length - 1;
        MatrixView? start = null;
        foreach (int i in Chosen(last))
        {
            cancellation.ThrowIfCancellationRequested();
            var (values, filled) = window.Gramian(parts[i].Knot, parts[i].W_S);
            int d = values.Length;
            double limit = input.Checkpoints.Loss.Beta is { } beta ? Half / (2 * beta) : input.Options.Threshold * values[^1];
            int r = values.Count(v => v >= limit);
            if (r == 0 || r == d) continue;
            var space = filled.ColumnRange(d - r, r);
            double With(MatrixView modes)
            {
                var product = new DenseMatrix(r, r);
                backend.Gemm(Op.Transpose, Op.None, 1, space, modes.ColumnRange(d - r, r), 0, product);
                return VectorRoutines.Dot(product.Values, product.Values) / r;
            }
            MatrixView KernelAt(int k) => input.KernelSpectra.Of(k, () => AtCheckpoint(input, k)).Vectors;
            yield return new FilledSpace(input.Outputs.Times[parts[i].Knot], r, With(start ??= KernelAt(0)),
                With(i == last ? modesOfMean : Eigen(means[i], backend).Vectors), With(KernelAt(parts[i].Knot)), (double)r / d);
        }
    }

    private static DenseMatrix AtCheckpoint(AnalysisInput input, int checkpoint)
    {
        using var held = input.Kernels.At(checkpoint).Hold();
        return input.Space.RestrictSymmetric(held.Train.ToMatrix());
    }

    // Ascending; the matrix stays as it is.
    private static (double[] Values, MatrixView Vectors) Eigen(DenseMatrix a, Backend backend)
    {
        var values = new double[a.RowCount];
        MatrixView vectors = ((MatrixView)a).ToMatrix();
        backend.SymmetricEigen(vectors, values, vectors: true);
        return (values, vectors);
    }

    // v_jᵀAv_j for all columns.
    private static double[] Quadratics(DenseMatrix a, MatrixView v, Backend backend)
    {
        var product = new DenseMatrix(v.Rows, v.Columns);
        backend.Gemm(Op.None, Op.None, 1, a, v, 0, product);
        return [.. Enumerable.Range(0, v.Columns).Select(j => VectorRoutines.Dot(v.Column(j), ((MatrixView)product).Column(j)))];
    }
}
