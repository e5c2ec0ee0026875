namespace KernelFlow.Losses;

internal sealed class SoftmaxCrossEntropyLoss : LossModel
{
    private const string LossName = "softmax-cross-entropy";

    private readonly double[] _y;

    public SoftmaxCrossEntropyLoss(double[] targets, int outputs, bool sum)
        : base(LossName, TargetChecks.Examples(targets, outputs), outputs, sum)
    {
        if (outputs < 2) throw new InvalidRunException($"{LossName}: found outputs {outputs}, expected at least 2 (for one output use logistic).");
        _y = TargetChecks.Stacked(targets, outputs, LossName);
        TargetChecks.Probabilities(_y, outputs, TensorName.y_S);
    }

    public static LossDescriptor Description { get; } = new Descriptor();

    public override ReadOnlySpan<double> Targets => _y;

    public override GradientSpace GradientSpace => GradientSpace.ZeroSum(Examples, Outputs);

    public override LossModel WithTargets(double[] targets) => new SoftmaxCrossEntropyLoss(targets, Outputs, IsSum);

    public override double Value(ReadOnlySpan<double> u)
    {
        int p = Outputs;
        double total = 0;
        for (int i = 0; i < _y.Length; i += p)
        {
            int largest = i;
            for (int c = i; c < i + p; c++)
                if (u[c] > u[largest]) largest = c;
            double rest = 0, dot = 0;
            for (int c = i; c < i + p; c++)
            {
                if (c != largest) rest += Math.Exp(u[c] - u[largest]);
                dot += _y[c] * (u[c] - u[largest]);
            }
            total += Logarithm.OnePlus(rest) - dot;
        }
        return Scale * total;
    }

    public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
    {
        for (int i = 0; i < _y.Length; i += Outputs)
        {
            Softmax(u.Slice(i, Outputs), g.Slice(i, Outputs));
            for (int c = i; c < i + Outputs; c++) g[c] = Scale * (g[c] - _y[c]);
        }
    }

    public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
    {
        int p = Outputs;
        Span<double> q = p <= 256 ? stackalloc double[p] : new double[p];
        for (int i = 0; i < Examples; i++)
        {
            Softmax(u.Slice(i * p, p), q);
            // q_c − q_c² as q_c Σ_{d≠c} q_d: without cancellation B is PSD to its own rounding however saturated the softmax is.
            for (int c = 0; c < p; c++)
            {
                double others = 0;
                for (int d = 0; d < p; d++)
                {
                    if (d == c) continue;
                    B.Blocks[(i * p + c) * p + d] = -Scale * q[c] * q[d];
                    others += q[d];
                }
                B.Blocks[(i * p + c) * p + c] = Scale * q[c] * others;
            }
        }
    }

    private static void Softmax(ReadOnlySpan<double> u, Span<double> q)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (double v in u) max = Math.Max(max, v);
        for (int c = 0; c < u.Length; c++) sum += q[c] = Math.Exp(u[c] - max);
        for (int c = 0; c < u.Length; c++) q[c] /= sum;
    }

    private sealed class Descriptor() : LossDescriptor(LossName)
    {
        public override string? ExpectedOutputs(int outputs) => outputs >= 2 ? null : $"at least 2 (loss {LossName}; for one output use logistic)";

        public override void CheckTargets(ReadOnlySpan<double> targets, int outputs, string name) => TargetChecks.Probabilities(targets, outputs, name);

        public override LossModel Make(LossData data) => new SoftmaxCrossEntropyLoss(data.Targets, data.Outputs, data.IsSum);
    }
}
