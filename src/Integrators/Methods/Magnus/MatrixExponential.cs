using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>e^A by Padé approximation with scaling and squaring. Source: Higham 2005, <i>The scaling and squaring method for the matrix exponential
/// revisited</i>.</summary>
internal sealed class MatrixExponential(int n, Backend backend)
{
    // Degree, largest ‖A‖₁ for which it is accurate to rounding, coefficients of the numerator.
    private static readonly (double Norm, double[] Coefficients)[] _pade =
    [
        (1.495585217958292e-2, [120, 60, 12, 1]),
        (2.539398330063230e-1, [30240, 15120, 3360, 420, 30, 1]),
        (9.504178996162932e-1, [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1]),
    ];

    private static readonly double[] _b13 =
    [
        64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640, 1323241920,
            40840800, 960960, 16380, 182, 1,
    ];

    private const double Norm13 = 5.371920351148152;
    private readonly MatrixView _a2 = Buffers.Zero(n, n), _a4 = Buffers.Zero(n, n), _a6 = Buffers.Zero(n, n), _odd = Buffers.Zero(n, n),
        _even = Buffers.Zero(n, n), _temp = Buffers.Zero(n, n);
    private readonly int[] _pivots = new int[n];

    /// <summary>e ← e^A; A is overwritten.</summary>
    /// <returns>False when A is not finite.</returns>
    public bool Form(in MatrixView a, in MatrixView e)
    {
        double norm = OneNorm(a);
        if (!double.IsFinite(norm)) return false;
        int squarings = Math.Max(0, (int)Math.Ceiling(Math.Log2(norm / Norm13)));
        int choice = -1;
        for (int k = _pade.Length - 1; k >= 0; k--)
            if (norm <= _pade[k].Norm) choice = k;
        if (choice < 0 && squarings > 0)
            for (int j = 0; j < n; j++) VectorRoutines.Scale(Math.ScaleB(1, -squarings), a.Column(j), a.Column(j));
        Multiply(a, a, 0, _a2);
        if (choice >= 0) Low(_pade[choice].Coefficients);
        else Degree13();
        // e^A ≈ (V − AU)⁻¹(V + AU) with U in _temp and V in _even.
        Multiply(a, _temp, 0, _odd);
        for (int j = 0; j < n; j++)
        {
            VectorRoutines.Combine(1, _even.Column(j), 1, _odd.Column(j), e.Column(j));
            VectorRoutines.Axpy(-1, _odd.Column(j), _even.Column(j));
        }
        if (backend.Lu(_even, _pivots) != 0) return false;
        backend.LuSolve(Op.None, _even, _pivots, e);
        if (choice >= 0) return true;
        for (int k = 0; k < squarings; k++)
        {
            Multiply(e, e, 0, _temp);
            _temp.CopyTo(e);
        }
        return true;
    }

    // U = Σ c_{2k+1} A^{2k}, V = Σ c_{2k} A^{2k}, degrees 3, 5 and 7.
    private void Low(double[] c)
    {
        if (c.Length > 4) Multiply(_a2, _a2, 0, _a4);
        if (c.Length > 6) Multiply(_a2, _a4, 0, _a6);
        Sum(c, 1, c.Length, _temp);
        Sum(c, 0, c.Length, _even);
    }

    private void Degree13()
    {
        Multiply(_a2, _a2, 0, _a4);
        Multiply(_a2, _a4, 0, _a6);
        High(9, _odd);
        Sum(_b13, 1, 8, _temp);
        Multiply(_a6, _odd, 1, _temp);
        High(8, _odd);
        Sum(_b13, 0, 8, _even);
        Multiply(_a6, _odd, 1, _even);
    }

    // target ← b_first A² + b_{first+2} A⁴ + b_{first+4} A⁶
    private void High(int first, in MatrixView target)
    {
        for (int j = 0; j < n; j++)
        {
            VectorRoutines.Combine(_b13[first], _a2.Column(j), _b13[first + 2], _a4.Column(j), target.Column(j));
            VectorRoutines.Axpy(_b13[first + 4], _a6.Column(j), target.Column(j));
        }
    }

    // target ← c_first I + c_{first+2} A² + … below c_end
    private void Sum(double[] c, int first, int end, in MatrixView target)
    {
        target.Fill(0);
        for (int i = 0; i < n; i++) target[i, i] = c[first];
        for (int k = first + 2, power = 0; k < end; k += 2, power++)
        {
            var source = power switch { 0 => _a2, 1 => _a4, _ => _a6 };
            for (int j = 0; j < n; j++) VectorRoutines.Axpy(c[k], source.Column(j), target.Column(j));
        }
    }

    private void Multiply(in MatrixView a, in MatrixView b, double keep, in MatrixView c) => backend.Gemm(Op.None, Op.None, 1, a, b, keep, c);

    private static double OneNorm(in MatrixView a)
    {
        double largest = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            double sum = 0;
            foreach (double v in a.Column(j)) sum += Math.Abs(v);
            if (!(sum <= largest)) largest = sum;
        }
        return largest;
    }
}
