using KernelFlow.Numerics;

namespace KernelFlow.Losses;

/// <summary>Compares a loss's gradient and Hessian with central differences of its value and its gradient.</summary>
/// <remarks>A difference over the step 2h beside that over h tells the truncation error, and N·ε over h bounds the rounding error, so that the tolerance
/// follows from the loss itself.</remarks>
internal sealed class DerivativeCheck
{
    // The step that balances a truncation error of h² with a rounding error of ε/h.
    private static readonly double s_step = Math.Cbrt(Tolerances.Epsilon);

    // D(h) is off by h²·c and D(2h) by 4h²·c, so their distance is three times the error; the rest allows for what c changes in between.
    private const double Truncation = 2;

    private readonly LossModel _loss;
    private readonly double[] _u, _gradient;
    private readonly OutputHessian _hessian;

    public DerivativeCheck(LossModel loss, ReadOnlySpan<double> u)
    {
        (_loss, _u, _gradient, _hessian) = (loss, u.ToArray(), new double[u.Length], new OutputHessian(loss.Examples, loss.Outputs));
        loss.Gradient(_u, _gradient);
        loss.Hessian(_u, _hessian);
    }

    /// <summary>The first thing that is wrong, or null.</summary>
    public string? Defect()
    {
        if (!double.IsFinite(_loss.Value(_u))) return $"the value is {Text(_loss.Value(_u))}, expected a finite number";
        for (int j = 0; j < _u.Length; j++)
            if (GradientDefect(j) is { } wrong) return wrong;
        for (int i = 0; i < _loss.Examples; i++)
            if (BlockDefect(i) is { } wrong) return wrong;
        for (int j = 0; j < _u.Length; j++)
            if (HessianDefect(j) is { } wrong) return wrong;
        return null;
    }

    private string? GradientDefect(int j)
    {
        double h = s_step * Math.Max(1, Math.Abs(_u[j])), largest = 0;
        double Difference(double step)
        {
            double up = At(j, step, _loss.Value), down = At(j, -step, _loss.Value);
            largest = Math.Max(largest, Math.Max(Math.Abs(up), Math.Abs(down)));
            return (up - down) / (2 * step);
        }
        double near = Difference(h), far = Difference(2 * h);
        return Agrees(_gradient[j], near, far, largest, h) ? null
            : $"the gradient of {Place(j)} is {Text(_gradient[j])}, central differences of the value say {Text(near)}";
    }

    private string? BlockDefect(int example)
    {
        int p = _loss.Outputs;
        var block = _hessian.Block(example);
        double size = 0;
        foreach (double b in block) size += b * b;
        double floor = 8 * Tolerances.RoundingFloor(p, Math.Sqrt(size));
        for (int c = 0; c < p; c++)
            for (int d = 0; d < c; d++)
                if (!(Math.Abs(block[c * p + d] - block[d * p + c]) <= floor))
                    return $"the Hessian of example {example} is not symmetric: [{c}, {d}] is {Text(block[c * p + d])}, [{d}, {c}] is {Text(block[d * p + c])}";
        return SmallMatrix.IsPositiveSemidefinite(block, p, floor) ? null
            : $"the Hessian of example {example} has a negative eigenvalue: the loss must be convex in the outputs";
    }

    private string? HessianDefect(int j)
    {
        int p = _loss.Outputs, own = j / p;
        double h = s_step * Math.Max(1, Math.Abs(_u[j])), largest = 0;
        double[] near = Difference(h), far = Difference(2 * h);
        for (int i = 0; i < _u.Length; i++)
        {
            double stated = i / p == own ? _hessian[own, i % p, j % p] : 0;
            if (Agrees(stated, near[i], far[i], largest, h)) continue;
            return i / p == own
                ? $"the Hessian of example {own} is {Text(stated)} at [{i % p}, {j % p}], central differences of the gradient say {Text(near[i])}"
                : $"the gradient of example {i / p} changes with outputs of example {own}; the loss may couple outputs of one example only";
        }
        return null;

        double[] Difference(double step)
        {
            double[] up = Slopes(j, step), down = Slopes(j, -step);
            foreach (double g in (double[])[.. up, .. down]) largest = Math.Max(largest, Math.Abs(g));
            return [.. up.Zip(down, (a, b) => (a - b) / (2 * step))];
        }
    }

    private bool Agrees(double stated, double near, double far, double largest, double h) =>
        Math.Abs(stated - near) <= Truncation * Math.Abs(near - far) + Tolerances.RoundingFloor(_u.Length, largest) / h;

    private delegate double OfOutputs(ReadOnlySpan<double> u);

    private double At(int j, double step, OfOutputs value)
    {
        double before = _u[j];
        _u[j] += step;
        double found = value(_u);
        _u[j] = before;
        return found;
    }

    private double[] Slopes(int j, double step)
    {
        var slopes = new double[_u.Length];
        At(j, step, u => { _loss.Gradient(u, slopes); return 0; });
        return slopes;
    }

    private string Place(int j) => $"example {j / _loss.Outputs}, output {j % _loss.Outputs},";

    private static string Text(double value) => value.ToString("g6", System.Globalization.CultureInfo.InvariantCulture);
}
