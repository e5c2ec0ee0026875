namespace KernelFlow.Losses;

internal sealed class SquaredLoss : LossModel
{
    private const string LossName = "squared";

    private readonly double[] _y;

    public SquaredLoss(double[] targets, int outputs, bool sum) : base(LossName, TargetChecks.Examples(targets, outputs), outputs, sum) =>
        _y = TargetChecks.Stacked(targets, outputs, LossName);

    public override double? Beta => Scale;

    public static LossDescriptor Description { get; } = new Descriptor();

    public override ReadOnlySpan<double> Targets => _y;

    public override LossModel WithTargets(double[] targets) => new SquaredLoss(targets, Outputs, IsSum);

    public override double Value(ReadOnlySpan<double> u)
    {
        double total = 0;
        for (int i = 0; i < _y.Length; i++) total += (u[i] - _y[i]) * (u[i] - _y[i]);
        return 0.5 * Scale * total;
    }

    public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
    {
        for (int i = 0; i < _y.Length; i++) g[i] = Scale * (u[i] - _y[i]);
    }

    public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
    {
        int p = Outputs;
        Array.Clear(B.Blocks);
        for (int i = 0; i < Examples; i++)
            for (int c = 0; c < p; c++) B.Blocks[(i * p + c) * p + c] = Scale;
    }

    private sealed class Descriptor() : LossDescriptor(LossName)
    {
        public override LossModel Make(LossData data) => new SquaredLoss(data.Targets, data.Outputs, data.IsSum);
    }
}
