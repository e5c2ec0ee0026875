using System.Text.Json;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.WorkPrecision;

/// <summary>The integration of P, W_S and G_Q of one recorded run alone, for programs that compare it with others: times as JSON, operators as a
/// file.</summary>
internal static class Alone
{
    private const int WarmUp = 3;

    /// <param name="folder">Folder of the run.</param>
    /// <param name="window">Times of the first and the last checkpoint; NaN for those of the run.</param>
    /// <param name="rtol">Bound on the errors.</param>
    /// <param name="rounds">Timed repetitions; others come first, during which the runtime compiles what is called often once more.</param>
    /// <param name="save">Where the operators go (.npz); empty for nowhere.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static void Run(string folder, (double From, double To) window, double rtol, int rounds, string save, Backend backend)
    {
        using var run = RecordedRun.Open(folder, Given(window.From), Given(window.To));
        var outputs = OutputRecord.Read(run.Checkpoints);
        var trajectory = TrajectoryBuilder.Read(run.Checkpoints, outputs, backend).Linear([.. Enumerable.Range(0, run.Checkpoints.Count)]);
        var options = new PropagationOptions { RelativeTolerance = rtol };
        var propagation = FlowIntegrator.Integrate(trajectory, options, backend);
        for (int round = 1; round < WarmUp; round++) FlowIntegrator.Integrate(trajectory, options, backend);
        var times = new List<Times>();
        for (int round = 0; round < rounds; round++) times.Add(Times.Of(() => FlowIntegrator.Integrate(trajectory, options, backend)));
        if (save.Length > 0) NpzWriter.Write(save, ("P", propagation.P), ("W_S", propagation.W_S), ("G_Q", propagation.G_Q));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            wall = Statistics.Median(times.Select(t => t.Wall)), cpu = Statistics.Median(times.Select(t => t.Cpu)), rtol, method = propagation.Report.Name,
            steps = propagation.Report.Steps, backend = backend.Name, core = backend.Core, threads = backend.Threads, N = trajectory.TrainSize,
            M = trajectory.TestSize, checkpoints = run.Checkpoints.Count,
        }));
    }

    private static double? Given(double time) => double.IsNaN(time) ? null : time;
}
