using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>K frozen at a checkpoint, and the outputs carried to T with it.</summary>
internal static class JumpBuilder
{
    // One eigendecomposition each, of a few N³ flops: together far below one integration.
    private const int MostJumps = 12;

    private const double Tolerance = 1e-4; // of a flow that has no closed form; the errors that are looked for are tenths

    /// <summary>The jumps from all checkpoints, or from a few evenly over them; where one of these is the first that arrives, those before it are searched by
    /// halving.</summary>
    public static Known<JumpToEnd> Build(AnalysisPlan plan, AnalysisInput input, CancellationToken cancellation)
    {
        if (Obstacle(plan, input) is { } reason) return Known.Unknown<JumpToEnd>(reason);
        double train = VectorMath.Norm(input.TrainDisplacement), test = VectorMath.Norm(input.TestDisplacement);
        if (!(train > 0 && test > 0)) return Known.Unknown<JumpToEnd>($"the {(train > 0 ? "test" : "training")} outputs did not move");
        var (run, outputs) = (input.Checkpoints, input.Outputs);
        int last = run.Count - 1;
        double[]? rates = plan.Mode == AnalysisMode.Descent && !(plan.Exact && StepBatches.Of(run) is not null) ? Rates(run) : null;
        var jumps = new SortedDictionary<int, Jump>();
        Jump At(int k)
        {
            if (jumps.TryGetValue(k, out var known)) return known;
            cancellation.ThrowIfCancellationRequested();
            return jumps[k] = From(input, rates, k, cancellation);
        }
        try
        {
            int[] chosen = last <= MostJumps ? [.. Enumerable.Range(0, last)]
                : [.. Enumerable.Range(0, MostJumps).Select(i => (int)Math.Round((double)i * (last - 1) / (MostJumps - 1)))];
            foreach (int k in chosen) At(k);
            int arrived = Array.FindIndex(chosen, k => At(k).Test < JumpToEnd.Arrived);
            if (arrived > 0)
                for (int low = chosen[arrived - 1], high = chosen[arrived]; high - low > 1;)
                {
                    int middle = (low + high) / 2;
                    if (At(middle).Test < JumpToEnd.Arrived) high = middle;
                    else low = middle;
                }
        }
        catch (NumericalException e)
        {
            return Known.Unknown<JumpToEnd>(e.Message.TrimEnd('.'));
        }
        MarkedCheckpoint Start(int k) => new(k, run[k].Step, run[k].Time);
        double Waiting(int k) => VectorMath.Distance(outputs.TestOutputs[k], outputs.TestOutputs[last]) / test;
        Known<IReadOnlyList<double>> ToInfinity(Func<Jump, double> of) => run.Loss.Beta is null
            ? Known.Unknown<IReadOnlyList<double>>($"outputs of the loss {run.Loss.Kind} need not end anywhere")
            : Known.Of<IReadOnlyList<double>>([.. jumps.Values.Select(of)]);
        int first = jumps.Where(j => j.Value.Test < JumpToEnd.Arrived).Select(j => j.Key).DefaultIfEmpty(-1).First();
        return Known.Of(new JumpToEnd
        {
            Path = rates is null ? "flow" : "steps",
            Checkpoints = [.. jumps.Keys],
            Times = [.. jumps.Keys.Select(k => outputs.Times[k])],
            TestError = [.. jumps.Values.Select(j => j.Test)],
            TrainError = [.. jumps.Values.Select(j => j.Train)],
            TestErrorToInfinity = ToInfinity(j => j.TestToInfinity),
            TrainErrorToInfinity = ToInfinity(j => j.TrainToInfinity),
            TestErrorOfWaiting = [.. jumps.Keys.Select(Waiting)],
            First = first < 0 ? Known.Unknown<MarkedCheckpoint>("no checkpoint that was jumped from arrives") : Start(first),
            FirstWithoutJump = Start(Enumerable.Range(0, last + 1).First(k => Waiting(k) < JumpToEnd.Arrived)),
        });
    }

    private readonly record struct Jump(double Test, double Train, double TestToInfinity, double TrainToInfinity);

    private static string? Obstacle(AnalysisPlan plan, AnalysisInput input)
    {
        if (input.OutsideTheory is { } outside) return outside;
        var (loss, optimizer) = (input.Checkpoints.Loss, input.Checkpoints.Optimizer);
        if (loss.IsCustom) return $"a loss {loss.Kind} has no formula: its gradient at other outputs is not known";
        if (optimizer is { WeightDecay: > 0 }) return "weight decay moves parameters by themselves, and a kernel does not tell how";
        return plan.Mode == AnalysisMode.Descent && optimizer is { Rule.HasBuffer: true, Kind: var kind }
            ? $"with {kind} a step depends on all gradients before, not on the kernel of one checkpoint" : null;
    }

    // η of every step of the window.
    private static double[] Rates(CheckpointSequence run) => [.. Enumerable.Range(1, run.Count - 1).SelectMany(k =>
    {
        int steps = checked((int)(run[k].Step - run[k - 1].Step));
        return Enumerable.Repeat((run[k].Time - run[k - 1].Time) / steps, steps);
    })];

    private static Jump From(AnalysisInput input, double[]? rates, int k, CancellationToken cancellation)
    {
        var (run, outputs, loss) = (input.Checkpoints, input.Outputs, input.Checkpoints.Loss);
        using var held = input.Kernels.At(k).Hold();
        var left = rates is null ? default : rates.AsSpan((int)(run[k].Step - run[0].Step));
        double[] u = outputs.TrainOutputs[k], q = outputs.TestOutputs[k];
        double time = outputs.Times[^1] - outputs.Times[k];
        double[] x, forever = [];
        if (loss.Beta is { } beta)
            (x, forever) = ByModes(Decomposed(input, k, held.Train), outputs.Gradients[k], beta, time, rates is null, left, input.Kernels.Epsilon);
        else if (rates is null) x = FrozenFlow.Run(held.Train, loss, u, time, Tolerance, cancellation);
        else x = BySteps(held.Train, loss, u, left, cancellation);
        var (kernel, testKernel) = (held.Train, held.TestTrain);
        double Error(MatrixView by, double[] sum, double[] from, double[] end, double size)
        {
            var moved = new double[from.Length];
            VectorRoutines.AddProduct(by, sum, moved);
            VectorRoutines.Combine(1, from, -1, moved, moved);
            return VectorMath.Distance(moved, end) / size;
        }
        double[] uT = outputs.TrainOutputs[^1], qT = outputs.TestOutputs[^1];
        double train = VectorMath.Norm(input.TrainDisplacement), test = VectorMath.Norm(input.TestDisplacement);
        return new Jump(Error(testKernel, x, q, qT, test), Error(kernel, x, u, uT, train),
            forever.Length == 0 ? double.NaN : Error(testKernel, forever, q, qT, test),
            forever.Length == 0 ? double.NaN : Error(kernel, forever, u, uT, train));
    }

    // ∫g dτ = Vφ(κ)Vᵀg with φ = (1 − e^{−βκτ})/(βκ), or Ση_i Π_{l<i}(1 − η_lβκ) by steps; for ever 1/(βκ) above the rounding of K.
    private static (double[] ToEnd, double[] Forever) ByModes((double[] Values, MatrixView Vectors) kernel, double[] g, double beta, double time, bool isFlow,
        ReadOnlySpan<double> rates, double epsilon)
    {
        var (values, vectors) = kernel;
        int N = values.Length;
        double floor = N * epsilon * values[^1];
        double[] toEnd = new double[N], forever = new double[N];
        for (int j = 0; j < N; j++)
        {
            double part = VectorRoutines.Dot(vectors.Column(j), g), rate = beta * values[j];
            VectorRoutines.Axpy(part * (isFlow ? Lasting(rate, time) : Lasting(rate, rates)), vectors.Column(j), toEnd);
            if (values[j] > floor) VectorRoutines.Axpy(part / rate, vectors.Column(j), forever);
        }
        return (toEnd, forever);
    }

    // Kept where the order of filling asks for the same kernel.
    private static (double[] Values, MatrixView Vectors) Decomposed(AnalysisInput input, int k, MatrixView kernel)
    {
        if (input.Space.IsAll && OrderBuilder.Decomposed(input.KeptCheckpoints, input.Checkpoints.Count - 1).Contains(k))
            return input.KernelSpectra.Of(k, () => kernel.ToMatrix());
        var values = new double[kernel.Rows];
        MatrixView vectors = kernel.ToMatrix();
        input.Backend.SymmetricEigen(vectors, values, vectors: true);
        return (values, vectors);
    }

    private static double Lasting(double rate, double time)
    {
        double x = rate * time;
        return Math.Abs(x) < 1e-8 ? time * (1 - 0.5 * x) : x < 1 ? 2 * Math.Exp(-x / 2) * Math.Sinh(x / 2) / rate : (1 - Math.Exp(-x)) / rate;
    }

    private static double Lasting(double rate, ReadOnlySpan<double> rates)
    {
        double sum = 0, left = 1;
        foreach (double eta in rates)
        {
            sum += eta * left;
            left *= 1 - eta * rate;
        }
        return sum;
    }

    private static double[] BySteps(in MatrixView kernel, LossModel loss, double[] from, ReadOnlySpan<double> rates, CancellationToken cancellation)
    {
        double[] u = [.. from], g = new double[u.Length], moved = new double[u.Length], sum = new double[u.Length];
        foreach (double eta in rates)
        {
            cancellation.ThrowIfCancellationRequested();
            loss.Gradient(u, g);
            VectorRoutines.Axpy(eta, g, sum);
            Array.Clear(moved);
            VectorRoutines.AddProduct(kernel, g, moved);
            VectorRoutines.Axpy(-eta, moved, u);
        }
        return sum;
    }
}
