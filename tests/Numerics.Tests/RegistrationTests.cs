using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace KernelFlow.Numerics.Tests;

/// <summary>Registration is process-wide: these tests run alone.</summary>
[CollectionDefinition(nameof(RegistrationTests), DisableParallelization = true)]
public class Alone;

/// <summary>MathNet's matrices with a registered backend against the same with MathNet's own managed provider, and against the
/// definitions of the factorizations.</summary>
[Collection(nameof(RegistrationTests))]
public sealed class RegistrationTests : IDisposable
{
    private const int Seed = 7;
    private readonly ILinearAlgebraProvider _before = LinearAlgebraControl.Provider;

    public RegistrationTests() => LinearAlgebraControl.Provider = ManagedLinearAlgebraProvider.Instance;

    public static TheoryData<string> All => Backends.All;

    public void Dispose() => LinearAlgebraControl.Provider = _before;

    private static Matrix<double> Random(int rows, int columns, int seed = Seed) => Matrix<double>.Build.Random(rows, columns, seed);

    private static Matrix<double> Definite(int order)
    {
        var a = Random(order, order);
        return a * a.Transpose() + order * Matrix<double>.Build.DenseIdentity(order);
    }

    /// <summary>The same computation by MathNet alone and by the backend.</summary>
    private static (Matrix<double> Expected, Matrix<double> Actual) Both(string label, Func<Matrix<double>> compute)
    {
        var expected = compute();
        using var registration = Backends.Get(label).RegisterWithMathNet();
        return (expected, compute());
    }

    private static void Close(Matrix<double> observed, Matrix<double> expected, string what)
    {
        Assert.Equal((expected.RowCount, expected.ColumnCount), (observed.RowCount, observed.ColumnCount));
        Check.Small((observed - expected).FrobeniusNorm() / Math.Max(1, expected.FrobeniusNorm()), 1e-13, what);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ResultsWithoutSignsAgreeWithMathNet(string label)
    {
        Matrix<double> a = Random(23, 17), b = Random(17, 19), c = Random(23, 19), square = Random(31, 31), spd = Definite(29),
            right = Random(29, 4), rights = Random(31, 5);
        var computations = new Dictionary<string, Func<Matrix<double>>>
        {
            ["product"] = () => a * b,
            ["product with the first transposed"] = () => a.TransposeThisAndMultiply(c),
            ["product with the second transposed"] = () => c.TransposeAndMultiply(b),
            ["product with a vector"] = () => (a * b.Column(3)).ToColumnMatrix(),
            ["product into an operand"] = () => { var m = square.Clone(); m.Multiply(square, m); return m; },
            ["LU solve"] = () => square.LU().Solve(rights),
            ["LU inverse"] = () => square.Inverse(),
            ["LU determinant"] = () => Matrix<double>.Build.Dense(1, 1, square.LU().Determinant / 1e6),
            ["Cholesky factor"] = () => spd.Cholesky().Factor,
            ["Cholesky solve"] = () => spd.Cholesky().Solve(right),
            ["QR least squares"] = () => a.QR(QRMethod.Thin).Solve(c),
            ["full QR least squares"] = () => a.QR(QRMethod.Full).Solve(c),
            ["singular values"] = () => a.Svd(computeVectors: false).S.ToColumnMatrix(),
            ["singular value least squares"] = () => a.Svd().Solve(c),
            ["pseudo-inverse"] = () => a.PseudoInverse(),
            ["symmetric eigenvalues"] = () => spd.Evd(Symmetricity.Symmetric).EigenValues.Real().ToColumnMatrix(),
            ["unsymmetric eigenvalues"] = () => square.Evd(Symmetricity.Asymmetric).EigenValues.Real().ToColumnMatrix(),
            ["eigenvalue solve"] = () => spd.Evd(Symmetricity.Symmetric).Solve(right.Column(0)).ToColumnMatrix(),
        };
        foreach (var (what, compute) in computations)
        {
            var (expected, actual) = Both(label, compute);
            Close(actual, expected, what);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void FactorizationsMultiplyBackAndAreOrthogonal(string label)
    {
        using var registration = Backends.Get(label).RegisterWithMathNet();
        Assert.StartsWith("KernelFlow: " + Backends.Get(label).Name, LinearAlgebraControl.Provider.ToString());
        foreach (var (rows, columns) in ((int, int)[])[(12, 12), (33, 7), (40, 39), (1, 1), (9, 1)])
        {
            var a = Random(rows, columns);
            foreach (var method in (QRMethod[])[QRMethod.Thin, QRMethod.Full])
            {
                var qr = a.QR(method);
                Close(qr.Q * qr.R, a, $"{method} QR of {rows}x{columns}");
                Close(qr.Q.TransposeThisAndMultiply(qr.Q), Matrix<double>.Build.DenseIdentity(qr.Q.ColumnCount), $"QᵀQ, {method}, {rows}x{columns}");
                Close(qr.R, qr.R.UpperTriangle(), "R is upper triangular");
            }
            foreach (var x in (Matrix<double>[])[a, a.Transpose()])
            {
                var svd = x.Svd();
                Close(svd.U * svd.W * svd.VT, x, $"SVD of {x.RowCount}x{x.ColumnCount}");
                Close(svd.U.TransposeThisAndMultiply(svd.U), Matrix<double>.Build.DenseIdentity(x.RowCount), "UᵀU");
                Close(svd.VT.TransposeAndMultiply(svd.VT), Matrix<double>.Build.DenseIdentity(x.ColumnCount), "VᵀV");
            }
            var symmetric = a * a.Transpose();
            var evd = symmetric.Evd();
            Close(evd.EigenVectors * evd.D * evd.EigenVectors.Transpose(), symmetric, $"eigenvalues of order {rows}");
            Assert.Equal(evd.EigenValues.Real(), evd.D.Diagonal());
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void UpdatesScaleAndAccumulate(string label)
    {
        double[] a = Random(5, 4).ToColumnMajorArray(), b = Random(4, 6).ToColumnMajorArray(), c = Random(5, 6).ToColumnMajorArray(),
            expected = (double[])c.Clone();
        Matrix<double> at = Matrix<double>.Build.Dense(5, 4, a).Transpose(), bt = Matrix<double>.Build.Dense(4, 6, b).Transpose();
        ManagedLinearAlgebraProvider.Instance.MatrixMultiplyWithUpdate(Transpose.DontTranspose, Transpose.DontTranspose, 0.5, a, 5, 4, b, 4, 6, -2, expected);
        using var registration = Backends.Get(label).RegisterWithMathNet();
        foreach (bool transposed in (bool[])[false, true])
        {
            var actual = (double[])c.Clone();
            var op = transposed ? Transpose.ConjugateTranspose : Transpose.DontTranspose;
            LinearAlgebraControl.Provider.MatrixMultiplyWithUpdate(op, op, 0.5, transposed ? at.ToColumnMajorArray() : a, transposed ? 4
                : 5, transposed ? 5 : 4,
                transposed ? bt.ToColumnMajorArray() : b, transposed ? 6 : 4, transposed ? 4 : 6, -2, actual);
            Close(Matrix<double>.Build.Dense(5, 6, actual), Matrix<double>.Build.Dense(5, 6, expected), $"update, transposed: {transposed}");
        }
    }

    /// <summary>The managed backend's eigenvalues and singular values are MathNet's: registered, it must not be asked by itself.</summary>
    [Fact]
    public void TheManagedBackendDoesNotCallItself()
    {
        var spd = Definite(20);
        var backend = Backend.Managed(1);
        using var registration = backend.RegisterWithMathNet();
        var values = new double[20];
        backend.SymmetricEigen((MathNet.Numerics.LinearAlgebra.Double.DenseMatrix)spd.Clone(), values, vectors: false);
        Assert.Equal(spd.Trace(), values.Sum(), 9);
        Assert.Equal(spd.Trace(), spd.Svd().S.Sum(), 9);
    }

    [Fact]
    public void FailuresAreThoseOfMathNet()
    {
        var indefinite = Matrix<double>.Build.DenseDiagonal(3, -1);
        var expected = Assert.Throws<ArgumentException>(() => indefinite.Cholesky());
        using var registration = Backend.Managed(1).RegisterWithMathNet();
        Assert.Equal(expected.Message, Assert.Throws<ArgumentException>(() => indefinite.Cholesky()).Message);
        Assert.Throws<ArgumentException>(() => Matrix<double>.Build.Dense(3, 3, double.NaN).Evd(Symmetricity.Symmetric));
    }

    [Fact]
    public void OtherNumberTypesAreMathNetsOwn()
    {
        var single = Matrix<float>.Build.Random(9, 9, Seed);
        var complex = Matrix<Complex>.Build.Random(8, 8, Seed);
        var complex32 = Matrix<Complex32>.Build.Random(8, 8, Seed);
        var vector = Vector<double>.Build.Random(10, Seed);
        object[] Results() =>
            [single * single, single.Svd().S, single.Inverse(), complex * complex, complex.Inverse(), complex.QR().R, complex32 * complex32,
            complex32.Determinant(), vector * 3 + vector / 2 - vector.PointwisePower(2), vector * vector, single.L1Norm()];
        object[] before = Results();
        using var registration = Backend.Managed(1).RegisterWithMathNet();
        Assert.Equal(before, Results());
    }

    [Fact]
    public void DisposingPutsBackWhatWasThere()
    {
        var outer = Backend.Managed(1).RegisterWithMathNet();
        var provider = LinearAlgebraControl.Provider;
        var inner = Backend.Managed(2).RegisterWithMathNet();
        Assert.NotSame(provider, LinearAlgebraControl.Provider);
        inner.Dispose();
        Assert.Same(provider, LinearAlgebraControl.Provider);
        outer.Dispose();
        Assert.Same(ManagedLinearAlgebraProvider.Instance, LinearAlgebraControl.Provider);

        // Out of order: what another registered since is left alone.
        outer = Backend.Managed(1).RegisterWithMathNet();
        inner = Backend.Managed(2).RegisterWithMathNet();
        provider = LinearAlgebraControl.Provider;
        outer.Dispose();
        Assert.Same(provider, LinearAlgebraControl.Provider);
        inner.Dispose();
        inner.Dispose();
    }
}
