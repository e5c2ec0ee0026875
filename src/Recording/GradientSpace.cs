using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>The space that all gradients g of a loss lie in and that every B maps into itself: one subspace of R^p per example, with an orthonormal
/// basis Q, N×r. Spectra of W_S are those of QᵀW_SQ.</summary>
/// <remarks>Softmax does not see a constant added to all outputs of an example, so its gradients sum to zero there. Directions outside the space are those of
/// no gradient, whatever the targets: a kernel moves them as it moves others, and a spectrum that held them would count what no training can do.</remarks>
public sealed class GradientSpace
{
    private readonly double[][] _bases;

    private GradientSpace(string name, int outputs, double[][] bases)
    {
        (Name, Outputs, _bases) = (name, outputs, bases);
        Dimension = bases.Sum(b => b.Length / outputs);
    }

    /// <summary>What it is, for the reader: "all outputs", "outputs with zero sum per example", "outputs in the range of B and g".</summary>
    public string Name { get; }

    /// <summary>n, the number of training examples.</summary>
    public int Examples => _bases.Length;

    /// <summary>p, the number of outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>r, the number of columns of Q.</summary>
    public int Dimension { get; }

    /// <summary>Whether it is the whole of R^N; Q is then the identity.</summary>
    public bool IsAll => Dimension == Examples * Outputs;

    /// <summary>R^N.</summary>
    /// <param name="examples">n, the number of training examples.</param>
    /// <param name="outputs">p, the number of outputs per example.</param>
    public static GradientSpace All(int examples, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        var basis = new double[ArraySize.Of(outputs, outputs)];
        for (int c = 0; c < outputs; c++) basis[c * outputs + c] = 1;
        return new GradientSpace("all outputs", outputs, [.. Enumerable.Repeat(basis, examples)]);
    }

    /// <summary>Σ_c v_ic = 0 for every example i; r = n(p − 1).</summary>
    /// <param name="examples">n, the number of training examples.</param>
    /// <param name="outputs">p, the number of outputs per example.</param>
    public static GradientSpace ZeroSum(int examples, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        // The first k outputs alike against output k + 1.
        var basis = new double[outputs * (outputs - 1)];
        for (int k = 1; k < outputs; k++)
        {
            double unit = 1 / Math.Sqrt(k * (k + 1.0));
            for (int c = 0; c < k; c++) basis[(k - 1) * outputs + c] = unit;
            basis[(k - 1) * outputs + k] = -k * unit;
        }
        return new GradientSpace("outputs with zero sum per example", outputs, [.. Enumerable.Repeat(basis, examples)]);
    }

    /// <summary>What the recorded B and g of a custom loss leave: per example all but the common null space of every B in which every g vanishes,
    /// too.</summary>
    /// <param name="hessians">B at every checkpoint.</param>
    /// <param name="gradients">g at every checkpoint.</param>
    /// <param name="epsilon">ε of the type that they are stored in.</param>
    public static GradientSpace OfRecorded(IReadOnlyList<OutputHessian> hessians, IReadOnlyList<double[]> gradients, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(hessians);
        ArgumentNullException.ThrowIfNull(gradients);
        int n = hessians[0].Examples, p = hessians[0].Outputs;
        var bases = new double[n][];
        // A recorder may compute in float32 and store float64.
        double tolerance = 4 * p * Math.Max(epsilon, StorageType.Float32.Epsilon());
        for (int i = 0; i < n; i++) bases[i] = Basis(hessians, gradients, i, p, tolerance);
        return bases.All(b => b.Length == p * p) ? All(n, p) : new GradientSpace("outputs in the range of B and g", p, bases);
    }

    /// <summary>Q of one example, p×r_i; the blocks of Q follow each other.</summary>
    public MatrixView Basis(int example) => new(_bases[example], Outputs, _bases[example].Length / Outputs);

    /// <summary>QᵀX, r×k, for X of N rows; O(N·p·k).</summary>
    public DenseMatrix Restrict(in MatrixView x)
    {
        if (x.Rows != Examples * Outputs) throw new ArgumentException($"X has {x.Rows} rows, expected {Examples * Outputs}.", nameof(x));
        if (IsAll) return x.ToMatrix();
        var result = new DenseMatrix(Dimension, x.Columns);
        for (int j = 0; j < x.Columns; j++)
        {
            Span<double> source = x.Column(j), target = ((MatrixView)result).Column(j);
            for (int i = 0, row = 0; i < Examples; i++)
                for (int c = 0; c < _bases[i].Length; c += Outputs, row++)
                    target[row] = VectorRoutines.Dot(_bases[i].AsSpan(c, Outputs), source.Slice(i * Outputs, Outputs));
        }
        return result;
    }

    /// <summary>AQ, m×r, for A of N columns.</summary>
    public DenseMatrix RestrictColumns(DenseMatrix a)
    {
        ArgumentNullException.ThrowIfNull(a);
        return IsAll ? ((MatrixView)a).ToMatrix() : (DenseMatrix)Restrict((DenseMatrix)a.Transpose()).Transpose();
    }

    /// <summary>QᵀWQ, r×r, exactly symmetric, for a symmetric W of order N.</summary>
    public DenseMatrix RestrictSymmetric(DenseMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        var result = IsAll ? ((MatrixView)w).ToMatrix() : Restrict((DenseMatrix)Restrict(w).Transpose());
        MatrixNorms.SymmetricPart(result);
        return result;
    }

    /// <summary>QY, N×k, for Y of r rows.</summary>
    public DenseMatrix Lift(in MatrixView y)
    {
        if (y.Rows != Dimension) throw new ArgumentException($"Y has {y.Rows} rows, expected {Dimension}.", nameof(y));
        if (IsAll) return y.ToMatrix();
        var result = new DenseMatrix(Examples * Outputs, y.Columns);
        for (int j = 0; j < y.Columns; j++)
        {
            Span<double> source = y.Column(j), target = ((MatrixView)result).Column(j);
            for (int i = 0, row = 0; i < Examples; i++)
                for (int c = 0; c < _bases[i].Length; c += Outputs, row++)
                    VectorRoutines.Axpy(source[row], _bases[i].AsSpan(c, Outputs), target.Slice(i * Outputs, Outputs));
        }
        return result;
    }

    // A basis of the complement of the null vectors of Σ B_i in which no g_i has a part, both to the tolerance.
    private static double[] Basis(IReadOnlyList<OutputHessian> hessians, IReadOnlyList<double[]> gradients, int example, int p, double tolerance)
    {
        var sum = new DenseMatrix(p, p);
        double largest = hessians.Max(b => VectorRoutines.LargestMagnitude(b.Blocks.AsSpan(example * p * p, p * p)));
        if (largest > 0) foreach (var b in hessians) VectorRoutines.Axpy(1 / largest, b.Blocks.AsSpan(example * p * p, p * p), sum.Values);
        var (values, vectors) = Eigen(sum);
        int free = values.Count(v => !(v > tolerance * values[^1]));
        // Of the directions that no B sees, those in which a gradient lies are turned to the end.
        MatrixView blind = ((MatrixView)vectors).ColumnRange(0, free);
        double steepest = gradients.Max(g => VectorRoutines.LargestMagnitude(g.AsSpan(example * p, p)));
        int seen = 0;
        if (free > 0 && steepest > 0)
        {
            var parts = new DenseMatrix(free, gradients.Count);
            for (int k = 0; k < gradients.Count; k++)
                for (int j = 0; j < free; j++)
                    parts.At(j, k, VectorRoutines.Dot(blind.Column(j), gradients[k].AsSpan(example * p, p)) / steepest);
            var (shares, turn) = Eigen((DenseMatrix)parts.TransposeAndMultiply(parts));
            var turned = blind.ToMatrix() * turn;
            ((MatrixView)(DenseMatrix)turned).CopyTo(blind);
            seen = shares.Count(v => v > tolerance * tolerance);
        }
        int kept = p - free + seen;
        var basis = new double[ArraySize.Of(p, kept)];
        for (int j = 0; j < kept; j++) ((MatrixView)vectors).Column(p - 1 - j).CopyTo(basis.AsSpan(j * p, p));
        return basis;
    }

    // Ascending eigenvalues with their vectors; the matrix becomes symmetric first.
    private static (double[] Values, DenseMatrix Vectors) Eigen(DenseMatrix a)
    {
        MatrixNorms.SymmetricPart(a);
        var values = new double[a.RowCount];
        Backend.Managed(1).SymmetricEigen(a, values, vectors: true);
        return (values, a);
    }
}
