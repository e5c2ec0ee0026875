using KernelFlow.Files;
using System.Globalization;
using KernelFlow.Reporting;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using static System.FormattableString;

namespace KernelFlow.WorkPrecision;

/// <summary>The five problems of the study.</summary>
internal static class StudyProblems
{
    public static IReadOnlyList<string> Recorded { get; } = ["digits-parity", "digits-softmax-kernels", "digits-softmax-long"];

    public static IReadOnlyList<string> Names { get; } = [.. Recorded, "rotating", "stiff"];

    /// <summary>One of <see cref="Names"/>, another run folder in <paramref name="runs"/>, or <c>stiff-X</c> with λ_max(BK)(T − s) = X.</summary>
    public static StudyProblem Make(string name, string runs, string? references, Backend backend) => name switch
    {
        "rotating" => Rotating(name, 100, 30, 1e-2, 3, backend),
        "stiff" => Rotating(name, 100, 1e5, 1e-1, 1, backend),
        _ when name.StartsWith("stiff-", StringComparison.Ordinal) =>
            Rotating(name, 100, double.Parse(name[6..], CultureInfo.InvariantCulture), 1e-1, 1, backend),
        _ => FromRun(name, Path.Combine(runs, name), references, backend),
    };

    // Neighbours in a plane are N/2 apart in the spectrum: fast and slow modes mix.
    private static StudyProblem Rotating(string name, int N, double high, double low, double turn, Backend backend)
    {
        double[] spectrum = [.. Enumerable.Range(0, N).Select(i => high * Math.Pow(low / high, i / (N - 1.0)))];
        double[] kappa = [.. Enumerable.Range(0, N).Select(i => spectrum[i / 2 + i % 2 * (N / 2)])];
        var (trajectory, exact) = RotatingKernel.Make(kappa, 60, 1, [turn, 0.618 * turn], 1, backend);
        return new StudyProblem(name,
            Invariant($"rotating kernel, B = βI, κ from {high:g3} down to {low:g3} over T = 1, planes turning by {turn:g3} and {0.618 * turn:g3} radians; K is smooth"),
            trajectory, exact, "closed form, 2×2 blocks");
    }

    private static StudyProblem FromRun(string name, string folder, string? references, Backend backend)
    {
        using var run = RecordedRun.Open(folder);
        var outputs = OutputRecord.Read(run.Checkpoints);
        var builder = TrajectoryBuilder.Read(run.Checkpoints, outputs, backend);
        var trajectory = builder.Linear([.. Enumerable.Range(0, run.Checkpoints.Count)]);
        var (reference, tolerance) = Tightest(trajectory, "gauss-6", backend);
        var (other, otherTolerance) = Tightest(trajectory, "radau-5", backend);
        var difference = reference.ErrorsOf(other);
        string note = Invariant($"gauss-6 at rtol {NumberText.Short(tolerance)}; radau-5 at {NumberText.Short(otherTolerance)} differs by {NumberText.Short(difference.P, 1)} (P), {NumberText.Short(difference.W, 1)} (W_S), {NumberText.Short(difference.G, 1)} (G_Q)");
        if (references is not null && File.Exists(Path.Combine(references, name + ".npz")))
        {
            var file = Npz.Read(Path.Combine(references, name + ".npz"));
            var scipy = reference.ErrorsOf(new OperatorTriple(file["P"], file["W_S"], file["G_Q"]));
            note += Invariant($", SciPy's DOP853 by {NumberText.Short(scipy.P, 1)}, {NumberText.Short(scipy.W, 1)}, {NumberText.Short(scipy.G, 1)}");
        }
        string kind = run.Checkpoints.HasJacobians ? "J linear" : builder.InterpolatesJacobian ? "J linear, from kernel blocks with cross blocks" : "K linear";
        return new StudyProblem(name, $"recorded run, {run.Checkpoints.Loss.Kind}, {run.Checkpoints.Count} checkpoints, {kind}", trajectory, reference, note);
    }

    // The tightest tolerance that rounding lets the global estimate reach.
    private static (OperatorTriple Operators, double Tolerance) Tightest(KernelTrajectory trajectory, string method, Backend backend)
    {
        for (double rtol = 1e-13; ; rtol *= 10)
        {
            try
            {
                return (OperatorTriple.Of(FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = method, RelativeTolerance = rtol },
                    backend)), rtol);
            }
            catch (NumericalException) when (rtol < 1e-11)
            {
                // Below rounding for this run.
            }
        }
    }
}
