namespace KernelFlow;

/// <summary>A loss of one's own, written down as a formula for one example: φ, ∇φ and ∇²φ. Mean or sum over examples and the places in g and B are
/// done here.</summary>
/// <remarks>φ must be convex in the outputs. <see cref="LossModel.CheckDerivatives"/> compares the three with each other. A loss with constants that
/// run.json holds derives from <see cref="LossModel"/> and <see cref="LossDescriptor"/> instead.</remarks>
public sealed class LossFormula
{
    private readonly ExampleValue _value;
    private readonly ExampleGradient _gradient;
    private readonly ExampleHessian _hessian;

    /// <summary>Puts a formula together.</summary>
    /// <param name="name">What runs and reports call the loss; not the name of a built-in one.</param>
    /// <param name="value">φ.</param>
    /// <param name="gradient">∇φ.</param>
    /// <param name="hessian">∇²φ.</param>
    /// <exception cref="ArgumentException">The name is empty, or that of a built-in loss.</exception>
    public LossFormula(string name, ExampleValue value, ExampleGradient gradient, ExampleHessian hessian)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(hessian);
        if (LossDescriptor.BuiltIn.Any(d => d.Name == name)) throw new ArgumentException($"{name} is the name of a built-in loss.", nameof(name));
        (Name, _value, _gradient, _hessian) = (name, value, gradient, hessian);
        Descriptor = new OfFormula(this);
    }

    /// <summary>What runs and reports call the loss.</summary>
    public string Name { get; }

    /// <summary>Reads the loss from run.json, and lets a run with it be written: <c>RunFormat.Default.With(formula.Descriptor)</c>.</summary>
    public LossDescriptor Descriptor { get; }

    /// <summary>The loss of these targets.</summary>
    /// <param name="targets">y_S, stacked [n·p], finite.</param>
    /// <param name="outputs">p, the number of outputs per example.</param>
    /// <param name="sum">Whether the loss is a sum over examples instead of a mean: the factor 1/n is left out.</param>
    /// <exception cref="InvalidRunException">A target is not finite, or their number is no multiple of <paramref name="outputs"/>.</exception>
    public LossModel Of(double[] targets, int outputs, bool sum = false)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return new Model(this, targets, outputs, sum);
    }

    private sealed class Model : LossModel
    {
        private readonly LossFormula _formula;
        private readonly double[] _y;

        public Model(LossFormula formula, double[] targets, int outputs, bool sum)
            : base(formula.Name, Losses.TargetChecks.Examples(targets, outputs), outputs, sum) =>
            (_formula, _y) = (formula, Losses.TargetChecks.Stacked(targets, outputs, formula.Name));

        public override ReadOnlySpan<double> Targets => _y;

        public override LossModel WithTargets(double[] targets) => _formula.Of(targets, Outputs, IsSum);

        public override double Value(ReadOnlySpan<double> u)
        {
            double total = 0;
            for (int i = 0; i < Examples; i++) total += _formula._value(Part(u, i), Part(_y, i));
            return Scale * total;
        }

        public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
        {
            g.Clear();
            for (int i = 0; i < Examples; i++) _formula._gradient(Part(u, i), Part(_y, i), g.Slice(i * Outputs, Outputs));
            Times(g);
        }

        public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
        {
            ArgumentNullException.ThrowIfNull(B);
            Array.Clear(B.Blocks);
            for (int i = 0; i < Examples; i++) _formula._hessian(Part(u, i), Part(_y, i), B.Block(i));
            Times(B.Blocks);
        }

        private ReadOnlySpan<double> Part(ReadOnlySpan<double> stacked, int i) => stacked.Slice(i * Outputs, Outputs);

        private void Times(Span<double> values)
        {
            foreach (ref double value in values) value *= Scale;
        }
    }

    private sealed class OfFormula(LossFormula formula) : LossDescriptor(formula.Name)
    {
        public override LossModel Make(LossData data)
        {
            ArgumentNullException.ThrowIfNull(data);
            return formula.Of(data.Targets, data.Outputs, data.IsSum);
        }
    }
}
