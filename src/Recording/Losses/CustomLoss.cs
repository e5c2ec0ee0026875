namespace KernelFlow.Losses;

internal sealed class CustomLoss(int examples, int outputs, bool sum) : LossModel("custom", examples, outputs, sum)
{
    public static LossDescriptor Description { get; } = new Descriptor();

    public override bool IsCustom => true;

    public override LossModel WithTargets(double[] targets) => throw NoFormula();

    public override double Value(ReadOnlySpan<double> u) => double.NaN;

    public override void Gradient(ReadOnlySpan<double> u, Span<double> g) => throw NoFormula();

    public override void Hessian(ReadOnlySpan<double> u, OutputHessian B) => throw NoFormula();

    private static InvalidOperationException NoFormula() => new("A custom loss has no formula: g and B are read from the checkpoints.");

    private sealed class Descriptor() : LossDescriptor("custom")
    {
        public override bool HasFormula => false;

        public override LossModel Make(LossData data) => Custom(data.Examples, data.Outputs, data.IsSum);
    }
}
