namespace KernelFlow.Losses;

internal sealed class LogisticLoss : LossModel
{
    private readonly double[] _y;

    public LogisticLoss(double[] targets, bool sum) : base("logistic", targets.Length, 1, sum) =>
        _y = TargetChecks.PlusMinusOne(TargetChecks.Stacked(targets, 1, "logistic"));

    public override ReadOnlySpan<double> Targets => _y;

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
}
