namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Outputs and Jacobian as explicit functions of the parameters: what a recording is made from. Train outputs come before test outputs.</summary>
internal abstract class Model(int outputs, int parameters)
{
    public int Rows => outputs;

    public int Parameters => parameters;

    public abstract double[] Outputs(double[] w);

    /// <summary>Row-major rows × parameters.</summary>
    public abstract double[] Jacobian(double[] w);
}

/// <summary>u_r = Σ_d ½ a_rd w_d² + b_rd w_d: J is linear in w, so the trapezium of J along a chord is exact, while the kernel changes by O(1).</summary>
internal sealed class Quadratic : Model
{
    private readonly double[] _a, _b;

    public Quadratic(int rows, int parameters, double curvature, int seed) : base(rows, parameters)
    {
        var random = new Random(seed);
        _a = [.. RandomMatrices.Vector(random, rows * parameters).Select(v => curvature * v)];
        _b = RandomMatrices.Vector(random, rows * parameters);
    }

    public override double[] Outputs(double[] w)
    {
        var u = new double[Rows];
        for (int r = 0; r < Rows; r++)
            for (int d = 0; d < w.Length; d++) u[r] += (0.5 * _a[r * w.Length + d] * w[d] + _b[r * w.Length + d]) * w[d];
        return u;
    }

    public override double[] Jacobian(double[] w)
    {
        var J = new double[_a.Length];
        for (int i = 0; i < J.Length; i++) J[i] = _a[i] * w[i % w.Length] + _b[i];
        return J;
    }
}

/// <summary>u = V tanh(Wx), p outputs per example, with its analytic Jacobian.</summary>
internal sealed class Tanh(double[][] inputs, int hidden, int p) : Model(inputs.Length * p, hidden * (inputs[0].Length + p))
{
    private readonly int _width = inputs[0].Length;

    public override double[] Outputs(double[] w)
    {
        var u = new double[Rows];
        for (int i = 0; i < inputs.Length; i++)
            for (int h = 0; h < hidden; h++)
            {
                double t = Math.Tanh(Input(w, i, h));
                for (int c = 0; c < p; c++) u[i * p + c] += w[hidden * _width + h * p + c] * t;
            }
        return u;
    }

    public override double[] Jacobian(double[] w)
    {
        var J = new double[Rows * Parameters];
        for (int i = 0; i < inputs.Length; i++)
            for (int h = 0; h < hidden; h++)
            {
                double t = Math.Tanh(Input(w, i, h));
                for (int c = 0; c < p; c++)
                {
                    int row = (i * p + c) * Parameters, v = hidden * _width + h * p + c;
                    J[row + v] = t;
                    for (int k = 0; k < _width; k++) J[row + h * _width + k] = w[v] * (1 - t * t) * inputs[i][k];
                }
            }
        return J;
    }

    private double Input(double[] w, int i, int h)
    {
        double sum = 0;
        for (int k = 0; k < _width; k++) sum += w[h * _width + k] * inputs[i][k];
        return sum;
    }
}
