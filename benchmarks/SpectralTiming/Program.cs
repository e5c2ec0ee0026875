// Thick-restart Lanczos on planted operators for peers/arpack_compare.py, which runs ARPACK on the same ones in turn.
// A line "SPECTRUM N K NCV BLOCK TOLERANCE CHECK SEED" on stdin is answered by "applications cpu-seconds seconds wrong-values largest-residual converged".
// With arguments "BACKEND RUN..." it prints W_S of recorded runs by iterative and dense solvers instead.
using System.Diagnostics;
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.Operators;

var backend = Backend.Resolve(args.Length > 0 ? args[0] : "auto", threads: 1);
Console.WriteLine($"{backend.Name}, {backend.Core}");
if (args.Length > 1)
{
    foreach (string run in args[1..]) RunSpectra.Print(run, backend);
    return;
}
while (Console.ReadLine() is { Length: > 0 } line)
{
    string[] fields = line.Split(' ');
    int[] sizes = [.. fields[1..5].Select(f => int.Parse(f, CultureInfo.InvariantCulture))];
    double[] values = Reflected.Spectrum(fields[0], sizes[0]);
    var a = new Reflected(values);
    var options = new LanczosOptions
    {
        MaximumBasis = sizes[2],
        BlockSize = sizes[3],
        Tolerance = double.Parse(fields[5], CultureInfo.InvariantCulture),
        CheckMultiplicity = fields[6] == "1",
        Seed = int.Parse(fields[7], CultureInfo.InvariantCulture),
    };
    var process = Process.GetCurrentProcess();
    var before = process.TotalProcessorTime;
    long start = Stopwatch.GetTimestamp();
    var result = ThickRestartLanczos.Solve(a, sizes[1], options, backend);
    double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    process.Refresh();
    double cpu = (process.TotalProcessorTime - before).TotalSeconds;
    double[] expected = [.. values.OrderDescending().Take(sizes[1])];
    int wrong = expected.Zip(result.Pairs.Values, (x, y) => Math.Abs(x - y)).Count(error => error > 1e-8);
    int applications = result.Pairs.Applications - sizes[1]; // those of the residuals left out, as ARPACK has none
    Console.WriteLine(FormattableString.Invariant(
        $"{applications} {cpu:R} {seconds:R} {wrong} {result.Pairs.ResidualNorms.Max():R} {(result.Pairs.Converged ? 1 : 0)}"));
}

/// <summary>HDH, D diagonal and H the reflection along v_i = sin(i + 1): O(N) operations.</summary>
internal sealed class Reflected : LinearOperator
{
    private readonly double[] _values, _direction;

    public Reflected(double[] values) : base(values.Length, values.Length, true)
    {
        _values = values;
        _direction = [.. Enumerable.Range(0, values.Length).Select(i => Math.Sin(i + 1))];
        VectorRoutines.Divide(_direction, VectorRoutines.Norm(_direction));
    }

    /// <summary>The spectra of arpack_compare.py, by name.</summary>
    public static double[] Spectrum(string name, int n) => name switch
    {
        "harmonic" => [.. Enumerable.Range(0, n).Select(i => 1.0 / (1 + i))],
        "quadratic" => [.. Enumerable.Range(0, n).Select(i => Math.Pow(1 - i / (n - 1.0), 2))],
        "linear" => [.. Enumerable.Range(0, n).Select(i => 1 - i / (n - 1.0))],
        "saturated" => [.. Enumerable.Range(0, n).Select(i => i < 10 ? 1 : 1 / (1 + 0.02 * (i - 9)))],
        "fives" => [.. Enumerable.Range(0, n).Select(i => 1 / (1 + 0.2 * (i / 5)))],
        _ => throw new ArgumentException($"{name} is not a spectrum."),
    };

    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            var column = y.Column(j);
            VectorRoutines.Combine(1, x.Column(j), -2 * VectorRoutines.Dot(_direction, x.Column(j)), _direction, column);
            VectorRoutines.Multiply(_values, column, column);
            VectorRoutines.Axpy(-2 * VectorRoutines.Dot(_direction, column), _direction, column);
        }
    }

    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x) => throw new InvalidOperationException("not called for symmetric operators");
}
