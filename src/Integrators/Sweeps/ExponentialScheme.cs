using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The exponential midpoint rule, order 2: e^{−hBK} of the kernel in the middle of the step, as a series of Chebyshev polynomials of degree
/// √(2z·ln(1/δ)).</summary>
/// <remarks>
/// Exact to δ for constant kernels of any spectrum in [0, z/h]. Unlike a step of RKC it takes from a fast mode all that the flow takes from it, and it can be
/// undone (<see cref="Undo"/>): modes that fade within such steps are eigenvectors of the product of these steps to rounding. It takes more products than RKC
/// where kernels change much, so it only serves beside it. Source: Hochbruck and Ostermann 2010, <i>Exponential integrators</i>, Acta Numerica 19.
/// </remarks>
internal sealed class ExponentialScheme() : SweepScheme("exp2", 2)
{
    // Of what is carried: far below the residual that is asked of the modes which fade.
    private const double Rest = 1e-11;

    // A step is undone in parts across which the fastest mode grows by e^8: rounding is then at most e^8·ε of a slow one, and each part ends with orthonormal
    // columns.
    private const double Growth = 8, UndoRest = 1e-12;

    public static ExponentialScheme Instance { get; } = new();

    internal override double Drift => 1;

    internal override PanelRule Rule => PanelRule.Simpson;

    internal override int Degree(double z) => ChebyshevExponential.Weights(z, Rest).Length - 1;

    internal override double Factor(SweepStep step, double rate)
    {
        var w = ChebyshevExponential.First(step.Stiffness, step.Degree);
        double s = step.Rate > 0 ? 2 * rate / step.Rate - 1 : -1, older = 1, old = s, sum = w[0] - w[1] * s;
        for (int k = 2; k < w.Length; k++)
        {
            (older, old) = (old, 2 * s * old - older);
            sum += (k % 2 == 0 ? w[k] : -w[k]) * old;
        }
        return sum;
    }

    internal override void Forward(SweepRates rates, SweepStep step, in MatrixView x) => Apply(rates, step, x, transposed: false);

    internal override void Backward(SweepRates rates, SweepStep step, in MatrixView x) => Apply(rates, step, x, transposed: true);

    /// <summary>An orthonormal basis of S⁻¹X, in place of X, in parts across which no column is lost beside a faster one.</summary>
    public static void Undo(SweepRates rates, SweepStep step, in MatrixView x)
    {
        int parts = Math.Max(1, (int)Math.Ceiling(step.Stiffness / Growth));
        var w = ChebyshevExponential.Weights(step.Stiffness / parts, UndoRest * Math.Exp(-step.Stiffness / parts));
        for (int part = 0; part < parts; part++)
        {
            Series(rates, step, w, x, transposed: false, alternating: false);
            OrthonormalColumns.Make(x);
        }
    }

    private static void Apply(SweepRates rates, SweepStep step, in MatrixView x, bool transposed) =>
        Series(rates, step, ChebyshevExponential.First(step.Stiffness, step.Degree), x, transposed, alternating: true);

    // X ← Σ ±w_k T_k(S)·X with S = 2BK/λ − I.
    private static void Series(SweepRates rates, SweepStep step, double[] w, in MatrixView x, bool transposed, bool alternating)
    {
        if (!(step.Rate > 0)) return;
        int c = x.Columns;
        double time = step.Time + 0.5 * step.Length;
        MatrixView older = rates.Buffer(0, c), old = rates.Buffer(1, c), f = rates.Buffer(2, c);
        x.CopyTo(old);
        SweepRates.Scale(w[0], x);
        for (int k = 1; k < w.Length; k++)
        {
            // T_1 = S, T_k = 2S·T_{k−1} − T_{k−2}; the new one takes the place of the oldest.
            double twice = k == 1 ? 1 : 2;
            if (transposed) rates.ApplyTransposed(step.Interval, time, 2 * twice / step.Rate, old, f);
            else rates.Apply(step.Interval, time, 2 * twice / step.Rate, old, f);
            double weight = alternating && k % 2 == 1 ? -w[k] : w[k];
            rates.Share(c, new NextTerm(k == 1, weight, f, old, older, x));
            (older, old) = (old, older);
        }
    }

    // older ← f − old for T_1, f − 2·old − older for those after it; x ← x + weight·older.
    private readonly struct NextTerm(bool isFirst, double weight, MatrixView f, MatrixView old, MatrixView older, MatrixView x) : IColumnWork
    {
        public void Run(int first, int last)
        {
            for (int i = first; i < last; i++)
            {
                if (isFirst) VectorRoutines.Combine(1, f.Column(i), -1, old.Column(i), older.Column(i));
                else
                {
                    VectorRoutines.Combine(-1, older.Column(i), -2, old.Column(i), older.Column(i));
                    VectorRoutines.Axpy(1, f.Column(i), older.Column(i));
                }
                VectorRoutines.Axpy(weight, older.Column(i), x.Column(i));
            }
        }
    }
}
