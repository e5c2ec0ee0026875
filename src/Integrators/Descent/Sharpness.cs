using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>λ_max(BK) for B and K positive semidefinite, by Lanczos in the inner product xᵀKy, in which BK is self-adjoint: no square roots.</summary>
/// <remarks>Starts from the last Ritz vector, with a little of a fixed random vector so that no direction is lost for good. From below; the error is of
/// second order in the residual.</remarks>
internal sealed class Sharpness
{
    private const int Dimension = 16, Restarts = 6;
    private const double Tolerance = 1e-4;

    private readonly Backend _backend;
    private readonly int _n;
    private readonly MatrixView _q, _image, _w;
    private readonly double[] _alpha = new double[Dimension], _beta = new double[Dimension], _ritz = new double[Dimension], _random, _start;

    public Sharpness(int n, Backend backend, long seed)
    {
        (_n, _backend) = (n, backend);
        _q = new MatrixView(new double[ArraySize.Of(n, Dimension)], n, Dimension);
        _image = new MatrixView(new double[n], n, 1);
        _w = new MatrixView(new double[n], n, 1);
        (_random, _start) = (new double[n], new double[n]);
        var random = Seeds.Generator(20260502, seed);
        for (int i = 0; i < n; i++) _random[i] = random.NextDouble() - 0.5;
    }

    public double Largest(OutputHessian B, in MatrixView K)
    {
        double value = 0;
        Mix();
        for (int restart = 0; restart < Restarts; restart++)
        {
            int size = Lanczos(B, K);
            if (size == 0) return value;
            value = LargestOfTridiagonal(size);
            double last = RitzVector(size, value);
            if (size < Dimension || Math.Abs(_beta[size - 1] * last) <= Tolerance * value) break;
        }
        return value;
    }

    private void Mix()
    {
        double size = TensorPrimitives.Norm<double>(_start), noise = TensorPrimitives.Norm<double>(_random);
        TensorPrimitives.MultiplyAdd(_random, size > 0 ? 0.01 * size / noise : 1, _start, _start);
    }

    // Fills q, α, β; returns the dimension reached, 0 when K vanishes on the start vector.
    private int Lanczos(OutputHessian B, in MatrixView K)
    {
        _start.CopyTo(_w.Column(0));
        double scale = 0;
        for (int j = 0; j < Dimension; j++)
        {
            _backend.Gemm(Op.None, Op.None, 1, K, _w, 0, _image);
            double norm = Math.Sqrt(Math.Max(0, TensorPrimitives.Dot<double>(_w.Column(0), _image.Column(0))));
            if (j > 0) _beta[j - 1] = norm;
            if (!(norm > 1e-12 * scale)) return j;
            TensorPrimitives.Divide(_w.Column(0), norm, _q.Column(j));
            TensorPrimitives.Divide(_image.Column(0), norm, _image.Column(0));
            B.Apply(1, _image, 0, _w);
            // <BKq, q>_K = (Kq)ᵀB(Kq)
            _alpha[j] = TensorPrimitives.Dot<double>(_w.Column(0), _image.Column(0));
            scale = Math.Max(scale, _alpha[j]);
            TensorPrimitives.MultiplyAdd(_q.Column(j), -_alpha[j], _w.Column(0), _w.Column(0));
            if (j > 0) TensorPrimitives.MultiplyAdd(_q.Column(j - 1), -_beta[j - 1], _w.Column(0), _w.Column(0));
        }
        _backend.Gemm(Op.None, Op.None, 1, K, _w, 0, _image);
        _beta[Dimension - 1] = Math.Sqrt(Math.Max(0, TensorPrimitives.Dot<double>(_w.Column(0), _image.Column(0))));
        return Dimension;
    }

    // Bisection with Sturm counts inside the Gershgorin interval.
    private double LargestOfTridiagonal(int size)
    {
        double low = 0, high = 0;
        for (int i = 0; i < size; i++)
        {
            low = Math.Max(low, _alpha[i]);
            high = Math.Max(high, _alpha[i] + (i > 0 ? _beta[i - 1] : 0) + (i < size - 1 ? _beta[i] : 0));
        }
        while (high - low > 1e-14 * high)
        {
            double middle = 0.5 * (low + high), pivot = 1;
            if (middle == low || middle == high) break;
            bool below = true;
            for (int i = 0; i < size && below; i++)
            {
                pivot = middle - _alpha[i] - (i > 0 ? _beta[i - 1] * _beta[i - 1] / pivot : 0);
                below = pivot > 0;
            }
            if (below) high = middle;
            else low = middle;
        }
        return high;
    }

    // The Ritz vector becomes the next start; returns the last component of the normalised eigenvector of the tridiagonal matrix.
    private double RitzVector(int size, double value)
    {
        _ritz[0] = 1;
        double sum = 1;
        for (int i = 0; i + 1 < size; i++)
        {
            double next = ((value - _alpha[i]) * _ritz[i] - (i > 0 ? _beta[i - 1] * _ritz[i - 1] : 0)) / _beta[i];
            _ritz[i + 1] = next;
            sum += next * next;
        }
        double length = Math.Sqrt(sum);
        Array.Clear(_start);
        for (int i = 0; i < size; i++) TensorPrimitives.MultiplyAdd(_q.Column(i), _ritz[i] / length, _start, _start);
        return _ritz[size - 1] / length;
    }
}
