namespace KernelFlow.Losses;

internal sealed class LogisticLoss : LossModel
{
    private const string LossName = "logistic";

    private readonly double[] _y;

    public LogisticLoss(double[] targets, bool sum) : base(LossName, TargetChecks.Examples(targets, 1), 1, sum)
    {
        _y = TargetChecks.Stacked(targets, 1, LossName);
        TargetChecks.PlusMinusOne(_y, TensorName.y_S);
    }

    public static LossDescriptor Description { get; } = new Descriptor();

    public override ReadOnlySpan<double> Targets => _y;

    public override LossModel WithTargets(double[] targets) => new LogisticLoss(targets, IsSum);

    public override double Value(ReadOnlySpan<double> u)
    {
        double total = 0;
        for (int i = 0; i < _y.Length; i++)
        {
            double margin = -_y[i] * u[i];
            total += Math.Max(margin, 0) + Logarithm.OnePlus(Math.Exp(-Math.Abs(margin)));
        }
        return Scale * total;
    }

    public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
    {
        for (int i = 0; i < _y.Length; i++) g[i] = -Scale * _y[i] * Sigmoid(-_y[i] * u[i]);
    }

    public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
    {
        for (int i = 0; i < _y.Length; i++) B.Blocks[i] = Scale * Sigmoid(u[i]) * Sigmoid(-u[i]);
    }

    private static double Sigmoid(double v) => v >= 0 ? 1 / (1 + Math.Exp(-v)) : Math.Exp(v) / (1 + Math.Exp(v));

    private sealed class Descriptor() : LossDescriptor(LossName)
    {
        public override string? ExpectedOutputs(int outputs) => outputs == 1 ? null : $"1 (loss {LossName})";

        public override void CheckTargets(ReadOnlySpan<double> targets, int outputs, string name) => TargetChecks.PlusMinusOne(targets, name);

        public override LossModel Make(LossData data) => new LogisticLoss(data.Targets, data.IsSum);
    }
}
