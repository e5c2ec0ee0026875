using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>A symmetric combination of Jacobian products: [K_SS; K_QS] as one (N+M)×N matrix, and K_QQ. Interpolants are sums of such terms.</summary>
/// <remarks>The terms of a large run lie in files and are read when they are wanted: <see cref="Hold"/> gives the kernels for as long as they are used,
/// <see cref="Kernels"/> a copy at every call.</remarks>
public sealed class KernelTerm
{
    private readonly StoredMatrix _kernels;
    private readonly StoredMatrix? _testKernel, _skew;
    private readonly Lazy<double[]> _trainDiagonal;
    private readonly Lazy<double[]?> _testDiagonal;

    /// <summary>Wraps the two parts.</summary>
    /// <param name="kernels">[K_SS; K_QS], (N+M)×N.</param>
    /// <param name="testKernel">K_QQ, M×M, or null when it is not known.</param>
    /// <param name="skew">For a cross term of checkpoints a &lt; b, what symmetrising lost; see <see cref="Skew"/>.</param>
    public KernelTerm(DenseMatrix kernels, DenseMatrix? testKernel, DenseMatrix? skew = null)
        : this(StoredMatrix.Of(Given(kernels)), testKernel is null ? null : StoredMatrix.Of(testKernel), skew is null ? null : StoredMatrix.Of(skew)) { }

    internal KernelTerm(StoredMatrix kernels, StoredMatrix? testKernel, StoredMatrix? skew)
    {
        (_kernels, _testKernel, _skew) = (kernels, testKernel, skew);
        _trainDiagonal = new Lazy<double[]>(() => Diagonal(_kernels));
        _testDiagonal = new Lazy<double[]?>(() => _testKernel is null ? null : Diagonal(_testKernel));
    }

    private KernelTerm(StoredMatrix kernels, StoredMatrix? testKernel, StoredMatrix? skew, double[] trainDiagonal, double[]? testDiagonal)
        : this(kernels, testKernel, skew) => (_trainDiagonal, _testDiagonal) = (new(() => trainDiagonal), new(() => testDiagonal));

    /// <summary>A term of which only the diagonals are known: its kernels are applied and never formed.</summary>
    internal static KernelTerm OfDiagonals(double[] train, double[] test) =>
        new(StoredMatrix.Never(train.Length + test.Length, train.Length), null, null, train, test);

    /// <summary>For a cross term of checkpoints a &lt; b: J_b J_S,aᵀ − J_a J_S,bᵀ, (N+M)×N, with J = [J_S; J_Q]; <see cref="Kernels"/> is the sum of the two.
    /// The flow needs the sum only; a step of gradient descent, which pairs two different moments, needs both. Null when not formed.</summary>
    public DenseMatrix? Skew => _skew?.ToMatrix();

    /// <summary>[K_SS; K_QS], (N+M)×N. Stacked because both are applied to the same P: one product instead of two.</summary>
    public DenseMatrix Kernels => _kernels.ToMatrix();

    /// <summary>K_QQ, M×M.</summary>
    public DenseMatrix? TestKernel => _testKernel?.ToMatrix();

    /// <summary>K_SS as a view.</summary>
    public MatrixView Train => HeldKernels.TrainOf(Kernels);

    /// <summary>K_QS as a view.</summary>
    public MatrixView TestTrain => HeldKernels.TestTrainOf(Kernels);

    /// <summary>The diagonal of K_SS, N numbers.</summary>
    public IReadOnlyList<double> TrainDiagonal => _trainDiagonal.Value;

    /// <summary>The diagonal of K_QQ, M numbers; null when it is not known.</summary>
    public IReadOnlyList<double>? TestDiagonal => _testDiagonal.Value;

    /// <summary>N, the number of stacked training outputs.</summary>
    internal int TrainSize => _kernels.Columns;

    /// <summary>M, the number of stacked test outputs.</summary>
    internal int TestSize => _kernels.Rows - _kernels.Columns;

    internal bool HasTestKernel => _testKernel is not null;

    internal bool HasSkew => _skew is not null;

    /// <summary>The kernels, to be read only, until what is returned is disposed.</summary>
    public HeldKernels Hold() => new(HoldKernels());

    internal HeldMatrix HoldKernels() => _kernels.Hold();

    /// <summary>K_QQ, until what is returned is disposed.</summary>
    internal HeldMatrix HoldTestKernel() => _testKernel!.Hold();

    /// <summary><see cref="Skew"/>, until what is returned is disposed.</summary>
    internal HeldMatrix HoldSkew() => _skew!.Hold();

    /// <summary>The same term with another K_QQ.</summary>
    internal KernelTerm With(DenseMatrix testKernel) => new(_kernels, StoredMatrix.Of(testKernel), null);

    /// <summary>The same term with its matrices in another place, and its diagonals at hand.</summary>
    internal KernelTerm MovedTo(Func<DenseMatrix, StoredMatrix> place)
    {
        StoredMatrix? Moved(StoredMatrix? matrix)
        {
            if (matrix is null) return null;
            using var held = matrix.Hold();
            return place(held.Matrix);
        }
        double[] train = _trainDiagonal.Value;
        double[]? test = _testDiagonal.Value;
        return new KernelTerm(Moved(_kernels)!, Moved(_testKernel), Moved(_skew), train, test);
    }

    private static DenseMatrix Given(DenseMatrix kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        return kernels;
    }

    private static double[] Diagonal(StoredMatrix matrix)
    {
        using var held = matrix.Hold();
        var diagonal = new double[matrix.Columns];
        for (int i = 0; i < diagonal.Length; i++) diagonal[i] = held.Matrix.At(i, i);
        return diagonal;
    }
}

/// <summary>The kernels of a term while they are used.</summary>
public readonly struct HeldKernels : IDisposable
{
    private readonly HeldMatrix _held;

    internal HeldKernels(HeldMatrix held) => _held = held;

    /// <summary>[K_SS; K_QS], (N+M)×N; not to be used once this was disposed.</summary>
    public DenseMatrix Kernels => _held.Matrix;

    /// <summary>K_SS as a view.</summary>
    public MatrixView Train => TrainOf(Kernels);

    /// <summary>K_QS as a view.</summary>
    public MatrixView TestTrain => TestTrainOf(Kernels);

    /// <summary>Releases the kernels.</summary>
    public void Dispose() => _held.Dispose();

    internal static MatrixView TrainOf(DenseMatrix kernels) => ((MatrixView)kernels).Slice(0, 0, kernels.ColumnCount, kernels.ColumnCount);

    internal static MatrixView TestTrainOf(DenseMatrix kernels) =>
        ((MatrixView)kernels).Slice(kernels.ColumnCount, 0, kernels.RowCount - kernels.ColumnCount, kernels.ColumnCount);
}
