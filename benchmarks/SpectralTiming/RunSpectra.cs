using KernelFlow;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

/// <summary>Iterative solvers on W_S of recorded runs beside the dense solver: Lanczos on W_S, Golub–Kahan on its
/// factor where Jacobians were recorded.</summary>
internal static class RunSpectra
{
    public static void Print(string path, Backend backend)
    {
        var run = RecordedRun.Open(path).Checkpoints;
        var trajectory = TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend).Linear([.. Enumerable.Range(0, run.Count)]);
        var propagation = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6" }, backend);
        var W = propagation.W_S;
        int N = W.RowCount;
        var dense = DenseEigen.Decompose(W, backend);
        double norm = Math.Max(Math.Abs(dense.Values[0]), Math.Abs(dense.Values[^1]));
        Console.WriteLine($"{Path.GetFileName(path.TrimEnd('/'))}, N = {N}");
        foreach (var which in Enum.GetValues<SpectrumEnd>())
            foreach (int block in (int[])[1, 4])
                foreach (int count in (int[])[1, Math.Min(20, N / 3), N / 2, N])
                {
                    var found = ThickRestartLanczos.Solve(new DenseOperator(W, true, backend), count,
                        new LanczosOptions { End = which, BlockSize = block }, backend);
                    int low = which == SpectrumEnd.Largest ? 0 : which == SpectrumEnd.Smallest ? count : count / 2;
                    double[] expected = [.. dense.Values.Take(count - low), .. dense.Values.TakeLast(low)];
                    Report($"{which}, k = {count}, b = {block}", found.Pairs.Values, expected, norm, found.Pairs.ResidualNorms.Max(),
                        found.Pairs.Applications, found.Pairs.Converged, found.MultiplicityText);
                }
        if (run.HasJacobians) Factor(run, trajectory, propagation, N, backend);
    }

    private static void Factor(CheckpointSequence run, InterpolatedTrajectory trajectory, Propagation propagation, int N, Backend backend)
    {
        var factor = new FlowFactor(new FlowGrid(trajectory, propagation, backend), JacobianCoordinates.Read(run, trajectory, backend));
        MatrixView triangle = factor.Triangle();
        var sigma = new double[N];
        backend.Svd(triangle, sigma, new DenseMatrix(N, N), new DenseMatrix(N, N));
        foreach (int count in (int[])[Math.Min(20, N / 3), N])
        {
            var found = GolubKahanLanczos.Solve(factor, count, new LanczosOptions(), backend);
            double residual = found.RightResidualNorms.Concat(found.LeftResidualNorms).Max();
            Report($"Golub–Kahan on F, {factor.Rows}x{N}, k = {count}", found.Values, sigma[..count], sigma[0], residual, found.Applications,
                found.Converged, found.MultiplicityText);
            double relative = Enumerable.Range(0, count).Max(j => Math.Abs(found.Eigenvalues[j] / (sigma[j] * sigma[j]) - 1));
            Console.WriteLine(FormattableString.Invariant($"    smallest λ/λ₁ {found.Eigenvalues[^1] / found.Eigenvalues[0]:e2}, largest relative ")
                + FormattableString.Invariant($"difference of any λ to the SVD of the triangle of F {relative:e1}"));
        }
    }

    private static void Report(string what, IReadOnlyList<double> found, double[] expected, double norm, double residual, int applications,
        bool converged, string evidence)
    {
        double error = found.Zip(expected, (x, y) => Math.Abs(x - y)).Max() / norm;
        Console.WriteLine(FormattableString.Invariant($"  {what}: largest |Δ| {error:e1}, residual {residual / norm:e1} (relative), {applications} ")
            + FormattableString.Invariant($"applications, {(converged ? "converged" : "NOT CONVERGED")}, {evidence}"));
    }
}
