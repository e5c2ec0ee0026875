using System.Diagnostics;
using System.Text.Json;
using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpRuns;

/// <summary><c>pytorch</c>: the same trainings (same weights, same data) recorded by the TorchSharp and by the PyTorch recorder, analysed and
/// compared.</summary>
public static class PyTorchTwin
{
    /// <summary>The largest difference that is allowed.</summary>
    public const double Limit = 1e-6;

    private const string Python = "/usr/bin/python3";
    private const int Width = 5;

    /// <summary>Why there is nothing to compare with; null where there is.</summary>
    public static string? Missing
    {
        get
        {
            const string WhyNot = $"{Python} has no torch and numpy; on Debian and Ubuntu: apt-get install python3-torch";
            if (!File.Exists(Python)) return WhyNot;
            using var process = Start("-c", "import importlib.util as u, sys; sys.exit(0 if u.find_spec('torch') and u.find_spec('numpy') else 1)");
            process.WaitForExit();
            return process.ExitCode == 0 ? null : WhyNot;
        }
    }

    /// <summary>One training, what is compared, and by how much it differs.</summary>
    public sealed record Row(string Name, string Mode, string Quantity, double Difference);

    public static int Run(string recorder, TextWriter output)
    {
        if (Missing is { } missing)
        {
            output.WriteLine(missing);
            return 2;
        }
        var rows = Compare(recorder, steps: 40).ToList();
        output.WriteLine("| training | mode | largest difference | of |\n|---|---|---|---|");
        foreach (var group in rows.GroupBy(r => (r.Name, r.Mode)))
        {
            var worst = group.MaxBy(r => r.Difference)!;
            output.WriteLine(FormattableString.Invariant($"| {worst.Name} | {worst.Mode} | {worst.Difference:e1} | {worst.Quantity} |"));
        }
        return rows.All(r => r.Difference <= Limit) ? 0 : 1;
    }

    /// <summary>Records and compares all of them; one process of Python for all.</summary>
    public static IEnumerable<Row> Compare(string recorder, int steps)
    {
        string root = Directory.CreateTempSubdirectory("kernelflow-twin-").FullName;
        try
        {
            var cases = Cases(steps);
            var own = new Dictionary<string, CheckpointSequence>();
            var json = new List<Dictionary<string, object>>();
            foreach (var (name, optimizer, training) in cases)
            {
                var weights = new List<double[]>();
                own[name] = training.Record(new(CheckpointSteps.Every(steps)) { Midpoints = true }, weights: model =>
                    weights.AddRange(model.parameters().Select(w => w.detach().contiguous().data<double>().ToArray())))!;
                json.Add(Json(name, optimizer, steps, training.Data, weights));
            }
            string script = Path.Combine(root, "twin.py"), file = Path.Combine(root, "cases.json");
            using (var source = typeof(PyTorchTwin).Assembly.GetManifestResourceStream("pytorch_twin.py")!)
            using (var target = File.Create(script)) source.CopyTo(target);
            File.WriteAllText(file, JsonSerializer.Serialize(json));
            using (var process = Start(script, recorder, file, root))
            {
                string error = process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode != 0) throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {error}");
            }
            foreach (var (name, sequence) in own)
            {
                using var run = RecordedRun.Open(Path.Combine(root, name));
                foreach (var mode in (AnalysisMode[])[AnalysisMode.Descent, AnalysisMode.Flow])
                {
                    var options = new AnalysisOptions { Mode = mode };
                    foreach (var (quantity, difference) in Differences(Analyze.Reservoir(sequence, options), Analyze.Reservoir(run.Checkpoints, options)))
                        yield return new Row(name, mode.ToString(), quantity, difference);
                }
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static List<(string Name, string Optimizer, DigitsTraining Training)> Cases(int steps)
    {
        var cases = new List<(string, string, DigitsTraining)>();
        foreach (var (loss, kind, p) in ((string, LossKind, int)[])[("squared", LossKind.Squared, 1), ("softmax", LossKind.SoftmaxCrossEntropy, 3)])
            foreach (var (name, make) in ((string, Func<IEnumerable<TorchSharp.Modules.Parameter>, optim.Optimizer>)[])
                [("gradient-descent", w => optim.SGD(w, 0.2)), ("momentum", w => optim.SGD(w, 0.05, 0.9)), ("adam", w => optim.Adam(w, 0.003))])
                cases.Add(($"{loss}, {name}", name, new(new RecordingOptions { Train = 16, Test = 8, Outputs = p, Loss = kind, Noise = 0.2, Seed = 3 },
                    () => DigitsTraining.Dense(Width, 1, p, () => nn.Tanh()), make)));
        return cases;
    }

    private static Dictionary<string, object> Json(string name, string optimizer, int steps, RecordingOptions options, List<double[]> weights)
    {
        var data = TrainingData.Create(options);
        static double[][] Rows(double[] values, int width) => [.. values.Chunk(width)];
        return new()
        {
            ["name"] = name, ["optimizer"] = optimizer, ["steps"] = steps, ["width"] = Width, ["weights"] = weights,
            ["loss"] = options.Loss == LossKind.SoftmaxCrossEntropy ? "softmax" : "squared",
            ["x_S"] = Rows(data.X_S, data.InputSize), ["x_Q"] = Rows(data.X_Q, data.InputSize),
            ["y_S"] = Rows(data.Y_S, data.Outputs), ["y_Q"] = Rows(data.Y_Q, data.Outputs),
        };
    }

    // Lists norm-wise, single numbers relative to themselves; relative errors of claims are relative already. Another verdict is a difference of 1.
    private static IEnumerable<(string, double)> Differences(ReservoirAnalysis a, ReservoirAnalysis b)
    {
        yield return ("eigenvalues of W_S", Distance(a.Spectrum.Eigenvalues, b.Spectrum.Eigenvalues));
        yield return ("predicted test displacements", Distance(a.Displacements.PredictedTest, b.Displacements.PredictedTest));
        yield return ("predicted training displacements", Distance(a.Displacements.PredictedTrain, b.Displacements.PredictedTrain));
        yield return ("recorded test displacements", Distance(a.Displacements.RecordedTest, b.Displacements.RecordedTest));
        yield return ("kernel drift", Distance([a.KernelEvolution.PeakDrift], [b.KernelEvolution.PeakDrift]));
        yield return ("inclusion", a.Inclusion.Verdict == b.Inclusion.Verdict ? 0 : 1);
        yield return ("claims", a.Claims.Select(c => c.Id).SequenceEqual(b.Claims.Select(c => c.Id)) ? 0 : 1);
        foreach (var (x, y) in a.Claims.Zip(b.Claims))
        {
            yield return ($"verdict of {x.Id}: {x.Verdict} and {y.Verdict}", x.Verdict == y.Verdict ? 0 : 1);
            yield return ($"relative error of {x.Id}", Math.Abs(x.RelativeError.OrDefault(0) - y.RelativeError.OrDefault(0)));
            yield return ($"budget of {x.Id}", Math.Abs((x.Budget?.Sum ?? 0) - (y.Budget?.Sum ?? 0)));
        }
    }

    private static double Distance(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count) return double.PositiveInfinity;
        double difference = 0, norm = 0;
        for (int i = 0; i < a.Count; i++)
        {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            norm += a[i] * a[i];
        }
        return norm == 0 ? difference : Math.Sqrt(difference / norm);
    }

    private static Process Start(params string[] args) =>
        Process.Start(new ProcessStartInfo(Python, args) { RedirectStandardError = true })!;
}
