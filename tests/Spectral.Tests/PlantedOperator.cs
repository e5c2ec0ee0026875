namespace KernelFlow.Spectral.Tests;

/// <summary>HDH with D diagonal and H = H₁H₂H₁ of two Householder reflections: a dense operator of known spectrum in O(N) operations.</summary>
internal sealed class PlantedOperator : LinearOperator
{
    private readonly double[] _values, _first, _second, _work;

    public PlantedOperator(double[] values, int seed) : base(values.Length, values.Length, true)
    {
        var random = new Random(seed);
        _values = values;
        _work = new double[values.Length];
        _first = Unit(random, values.Length);
        _second = Unit(random, values.Length);
    }

    public int Vectors { get; private set; }

    /// <summary>Eigenvector of values[j].</summary>
    public double[] Eigenvector(int j)
    {
        var x = new double[Rows];
        x[j] = 1;
        Turn(x);
        return x;
    }

    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        Vectors += x.Columns;
        for (int j = 0; j < x.Columns; j++)
        {
            x.Column(j).CopyTo(_work);
            Turn(_work);
            for (int i = 0; i < _work.Length; i++) _work[i] *= _values[i];
            Turn(_work);
            _work.CopyTo(y.Column(j));
        }
    }

    // H₁H₂H₁ is its own inverse.
    private void Turn(Span<double> x)
    {
        Reflect(_first, x);
        Reflect(_second, x);
        Reflect(_first, x);
    }

    private static void Reflect(double[] v, Span<double> x) => VectorRoutines.Axpy(-2 * VectorRoutines.Dot(v, x), v, x);

    private static double[] Unit(Random random, int n)
    {
        double[] v = RandomMatrices.Vector(random, n);
        VectorRoutines.Divide(v, VectorRoutines.Norm(v));
        return v;
    }
}
