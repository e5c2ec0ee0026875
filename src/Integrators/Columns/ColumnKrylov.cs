using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>GMRES for the stage equations of a step, all models and nodes as one vector: K moves little between nodes and models, so that one polynomial
/// serves them all.</summary>
internal sealed class ColumnKrylov
{
    /// <summary>Most iterations of a solve: one that needs more is for a shorter step, or for factorizations.</summary>
    public const int Most = 40;

    private readonly ColumnSystem _system;
    private readonly int _n, _columns;
    private readonly List<double[]> _basis = [];
    private readonly double[,] _h = new double[Most + 1, Most];
    private readonly double[] _cosine = new double[Most], _sine = new double[Most], _rest = new double[Most + 1];
    private readonly MatrixView _product;

    /// <param name="system">The equations.</param>
    /// <param name="n">N, the number of rows.</param>
    /// <param name="columns">The most columns of all models and nodes.</param>
    public ColumnKrylov(ColumnSystem system, int n, int columns)
    {
        (_system, _n, _columns) = (system, n, columns);
        _product = Buffers.Zero(n, columns);
    }

    /// <summary>Improves x until the residual is small.</summary>
    /// <param name="start">X(t) at every node.</param>
    /// <param name="x">The guess; receives the solution.</param>
    /// <param name="tolerance">Allowed norm of the residual.</param>
    /// <returns>Whether it was reached, within the iterations and the products that there may be.</returns>
    public bool Solve(in MatrixView start, in MatrixView x, double tolerance)
    {
        int used = x.Rows * x.Columns;
        var product = _product.ColumnRange(0, x.Columns);
        var first = Vector(0);
        _system.ApplyKernel(x, product);
        VectorRoutines.Combine(1, Span(start, used), -1, Span(x, used), first.AsSpan(0, used));
        _system.AddStages(-1, product, new MatrixView(first, x.Rows, x.Columns));
        double norm = VectorRoutines.Norm(first.AsSpan(0, used));
        if (norm <= tolerance) return true;
        if (!double.IsFinite(norm)) return false;
        VectorRoutines.Divide(first.AsSpan(0, used), norm);
        Array.Clear(_rest);
        _rest[0] = norm;
        int k = 0;
        while (k < Most && Math.Abs(_rest[k]) > tolerance)
        {
            if (_system.IsSpent) return false;
            double[] from = Vector(k), next = Vector(k + 1);
            _system.ApplyKernel(new MatrixView(from, x.Rows, x.Columns), product);
            from.AsSpan(0, used).CopyTo(next);
            _system.AddStages(1, product, new MatrixView(next, x.Rows, x.Columns));
            Orthogonalize(k, used);
            k++;
        }
        if (!(Math.Abs(_rest[k]) <= tolerance)) return false;
        Update(x, k, used);
        return true;
    }

    private void Orthogonalize(int k, int used)
    {
        var next = Vector(k + 1).AsSpan(0, used);
        for (int i = 0; i <= k; i++)
        {
            _h[i, k] = VectorRoutines.Dot(Vector(i).AsSpan(0, used), next);
            VectorRoutines.Axpy(-_h[i, k], Vector(i).AsSpan(0, used), next);
        }
        double norm = VectorRoutines.Norm(next);
        if (norm > 0) VectorRoutines.Divide(next, norm);
        for (int i = 0; i < k; i++)
            (_h[i, k], _h[i + 1, k]) = (_cosine[i] * _h[i, k] + _sine[i] * _h[i + 1, k], _cosine[i] * _h[i + 1, k] - _sine[i] * _h[i, k]);
        double radius = Math.Sqrt(_h[k, k] * _h[k, k] + norm * norm);
        (_cosine[k], _sine[k]) = radius > 0 ? (_h[k, k] / radius, norm / radius) : (1, 0);
        _h[k, k] = radius;
        (_rest[k], _rest[k + 1]) = (_cosine[k] * _rest[k], -_sine[k] * _rest[k]);
    }

    private void Update(in MatrixView x, int k, int used)
    {
        for (int i = k - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < k; j++) _rest[i] -= _h[i, j] * _rest[j];
            _rest[i] /= _h[i, i];
        }
        for (int i = 0; i < k; i++) VectorRoutines.Axpy(_rest[i], Vector(i).AsSpan(0, used), Span(x, used));
    }

    // Made when first needed: few solves take many iterations.
    private double[] Vector(int k)
    {
        if (k == _basis.Count) _basis.Add(new double[ArraySize.Of(_n, _columns)]);
        return _basis[k];
    }

    private static Span<double> Span(in MatrixView a, int used) => a.Array.AsSpan(a.Offset, used);
}
