using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>Builds interpolated trajectories of a run: one pass over its files, then any number of grids from the kernels formed.</summary>
public sealed class TrajectoryBuilder
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly IReadOnlyDictionary<(int A, int B), KernelTerm> _terms;

    private readonly IReadOnlyDictionary<(int A, int B), TestSubstitute> _substitutes;

    // The number of X₀ among the terms, where a cubic interpolant is written in value and slopes.
    private IReadOnlyDictionary<CubicStencil, int> _valueSlope = new Dictionary<CubicStencil, int>();

    private TrajectoryBuilder(CheckpointSequence checkpoints, OutputRecord outputs, IReadOnlyDictionary<(int A, int B), KernelTerm> terms,
        IReadOnlyDictionary<(int A, int B), TestSubstitute> substitutes, bool interpolatesJacobian, bool hasTestKernel, double epsilon)
    {
        _substitutes = substitutes;
        _checkpoints = checkpoints;
        _outputs = outputs;
        _terms = terms;
        InterpolatesJacobian = interpolatesJacobian;
        HasTestKernel = hasTestKernel;
        Epsilon = epsilon;
    }

    private AppliedRun? _applied; // where nothing is formed

    /// <summary>The diagonals of the kernels of every checkpoint and what multiplies them with vectors: nothing N×N is formed, and the trajectories built from
    /// it are applied (<see cref="KernelTrajectory.IsApplied"/>).</summary>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    /// <param name="checkpoints">The run whose kernels are to be interpolated.</param>
    /// <param name="outputs">The outputs of the run.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="memory">Where everything that is kept is counted, with the ceiling that decides how much that is.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between checkpoints.</param>
    public static TrajectoryBuilder ReadApplied(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, MemoryAccount memory,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(backend);
        var applied = AppliedRun.Read(checkpoints, outputs, backend, memory, progress, cancellation);
        return new TrajectoryBuilder(checkpoints, outputs, applied.Terms, new Dictionary<(int A, int B), TestSubstitute>(), applied.InterpolatesJacobian,
            applied.HasTestKernel, applied.Epsilon) { _applied = applied };
    }

    /// <summary>Whether kernels are multiplied with vectors and never formed.</summary>
    public bool IsApplied => _applied is not null;

    /// <summary>The products of the run where kernels are applied, which keep the same numbers in memory as the trajectories built here.</summary>
    /// <exception cref="InvalidOperationException">The kernels are formed.</exception>
    public ProductsBuilder Products => Applied.Products;

    private AppliedRun Applied => _applied ?? throw new InvalidOperationException("The kernels of this run are formed.");

    /// <summary>‖K(t_{k+1}) − K(t_k)‖ and the like where kernels are read as blocks and not formed: the squared norms of (K_k − K_{k−1})/h, of
    /// (K_{k+1} − K_k)/h' and of the difference of the two.</summary>
    public (double Change, double First, double Second) Velocities(int k, double before, double after) => Applied.Velocities(k, before, after);

    /// <summary>y ← K_SS x at a checkpoint, where kernels are applied.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="x">N numbers.</param>
    /// <param name="y">N numbers.</param>
    /// <exception cref="InvalidOperationException">The kernels are formed.</exception>
    public void ApplyAt(int checkpoint, double[] x, double[] y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var run = Applied;
        int last = _checkpoints.Count - 1, interval = Math.Min(checkpoint, last - 1);
        _whole ??= run.Linear([.. Enumerable.Range(0, last + 1)]);
        _whole.ApplyTrain(interval, [_outputs.Times[checkpoint]], new MatrixView(x, x.Length, 1), new MatrixView(y, y.Length, 1));
    }

    private InterpolatedTrajectory? _whole;

    /// <summary>Whether K_QQ is known (Jacobian runs, or recorded in every checkpoint).</summary>
    public bool HasTestKernel { get; }

    /// <summary>ε of the kernels: float64 for Jacobian runs, the stored type for kernel blocks.</summary>
    public double Epsilon { get; }

    /// <summary>Whether neighbours are joined by an interpolated J; otherwise only kernels were recorded and K itself is interpolated.</summary>
    public bool InterpolatesJacobian { get; }

    /// <summary>Whether the run holds Jacobians; otherwise kernel blocks.</summary>
    public bool HasJacobians => _checkpoints.HasJacobians;

    /// <summary>Reads the run and forms all kernels that the grids need: the full one and both halves of every second checkpoint, linear and cubic.</summary>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    /// <param name="checkpoints">The run whose kernels are to be interpolated.</param>
    /// <param name="outputs">The outputs of the run.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <param name="sparseCubic">Whether <see cref="Cubic"/> will be asked for every second checkpoint.</param>
    /// <param name="forming">In which blocks kernels are formed, and where blocks are kept; null for the default.</param>
    public static TrajectoryBuilder Read(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, Action<double>? progress = null,
        CancellationToken cancellation = default, bool sparseCubic = false, KernelForming? forming = null) =>
        Read(checkpoints, outputs, backend, KernelMemory.Default, progress, cancellation, sparseCubic, forming);

    internal static TrajectoryBuilder Read(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, KernelMemory memory,
        Action<double>? progress, CancellationToken cancellation, bool sparseCubic = false, KernelForming? forming = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(backend);
        if (!checkpoints.HasJacobians)
        {
            var blocks = KernelBlockReader.Read(checkpoints, backend, memory, progress, cancellation);
            return new TrajectoryBuilder(checkpoints, outputs, blocks.Terms, blocks.Substitutes, blocks.Crossed, blocks.HasTestKernel, blocks.Epsilon);
        }
        var full = Enumerable.Range(0, checkpoints.Count).ToArray();
        var products = KernelPairs.OfInterpolants(checkpoints.Count, sparseCubic, forming?.Windows);
        var kernels = new JacobianKernels(checkpoints, products.Pairs.Count + full.Length, backend, memory, cancellation, forming);
        var terms = kernels.Form(products.Pairs, products.IsOrdered, progress);
        IReadOnlyList<int>[] cubicGrids = sparseCubic ? [full, EverySecond(checkpoints.Count), EverySecond(checkpoints.Count, 1)] : [full];
        var stencils = AddValueSlopeTerms(terms, kernels, checkpoints, outputs.Times, cubicGrids, backend, cancellation);
        return new TrajectoryBuilder(checkpoints, outputs, terms, new Dictionary<(int A, int B), TestSubstitute>(), true, true, StorageType.Float64.Epsilon())
        {
            _valueSlope = stencils,
        };
    }

    // Where checkpoints are close beside others, the cubic interpolant has vectors of its own in place of checkpoints; they are numbered on from these.
    private static Dictionary<CubicStencil, int> AddValueSlopeTerms(Dictionary<(int A, int B), KernelTerm> terms, JacobianKernels kernels,
        CheckpointSequence checkpoints, IReadOnlyList<double> times, IReadOnlyList<int>[] grids, Backend backend, CancellationToken cancellation)
    {
        var stencils = new Dictionary<CubicStencil, int>();
        foreach (var chosen in grids)
            for (int i = 0; i + 1 < chosen.Count; i++)
            {
                var stencil = CubicStencil.Of(chosen, i);
                if (stencils.ContainsKey(stencil) || !ValueSlopeForm.IsNeeded(JacobianInterpolant.Cubic(chosen, times, i))) continue;
                int first = checkpoints.Count + ValueSlopeForm.Basis.Count * stencils.Count;
                stencils.Add(stencil, first);
                foreach (var (pair, term) in ValueSlopeForm.Form(checkpoints, times, stencil, backend, cancellation))
                    terms.Add((first + pair.A, first + pair.B), kernels.Keep(term));
            }
        return stencils;
    }

    /// <summary>The kernels of every checkpoint alone, for runs whose steps were all recorded: no interpolant is needed.</summary>
    /// <param name="checkpoints">The run.</param>
    /// <param name="outputs">The outputs of the run.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <param name="forming">In which blocks kernels are formed, and where blocks are kept; null for the default.</param>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    public static TrajectoryBuilder ReadCheckpoints(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, Action<double>? progress = null,
        CancellationToken cancellation = default, KernelForming? forming = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(backend);
        if (!checkpoints.HasJacobians) return Read(checkpoints, outputs, backend, progress, cancellation);
        var products = KernelPairs.OfCheckpoints(checkpoints.Count);
        var terms = new JacobianKernels(checkpoints, products.Pairs.Count, backend, KernelMemory.Default, cancellation, forming)
            .Form(products.Pairs, products.IsOrdered, progress);
        return new TrajectoryBuilder(checkpoints, outputs, terms, new Dictionary<(int A, int B), TestSubstitute>(), true, true, StorageType.Float64.Epsilon());
    }

    /// <summary>The kernels of every checkpoint and of neighbours: what <see cref="Linear"/> needs between all of them, and no more.</summary>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    public static TrajectoryBuilder ReadLinear(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(backend);
        if (!checkpoints.HasJacobians) return Read(checkpoints, outputs, backend, null, cancellation);
        int[] all = [.. Enumerable.Range(0, checkpoints.Count)];
        (int A, int B)[] pairs = [.. Within(all, 1)];
        var terms = new JacobianKernels(checkpoints, pairs.Length + all.Length, backend, KernelMemory.Default, cancellation).Form(pairs, _ => false, null);
        return new TrajectoryBuilder(checkpoints, outputs, terms, new Dictionary<(int A, int B), TestSubstitute>(), true, true, StorageType.Float64.Epsilon());
    }

    /// <summary>What <see cref="Linear"/>, and <see cref="Cubic"/> where it is asked for, need between all checkpoints, and no more; of some checkpoints of
    /// a run it is the same to the last bit as of all of them.</summary>
    /// <param name="checkpoints">Some neighbouring checkpoints.</param>
    /// <param name="outputs">Their outputs.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cubic">Whether <see cref="Cubic"/> will be asked for.</param>
    /// <param name="forming">In which blocks kernels are formed, and where blocks are kept.</param>
    /// <param name="cancellation">Honoured between column blocks.</param>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    public static TrajectoryBuilder ReadIntervals(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, bool cubic, KernelForming forming,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(forming);
        if (!checkpoints.HasJacobians) return Read(checkpoints, outputs, backend, null, cancellation);
        int[] all = [.. Enumerable.Range(0, checkpoints.Count)];
        (int A, int B)[] pairs = [.. Within(all, cubic ? 3 : 1)];
        var kernels = new JacobianKernels(checkpoints, pairs.Length + all.Length, backend, KernelMemory.Default, cancellation, forming);
        var terms = kernels.Form(pairs, p => p.B - p.A == 1, null);
        var stencils = cubic ? AddValueSlopeTerms(terms, kernels, checkpoints, outputs.Times, [all], backend, cancellation) : [];
        return new TrajectoryBuilder(checkpoints, outputs, terms, new Dictionary<(int A, int B), TestSubstitute>(), true, true, StorageType.Float64.Epsilon())
        {
            _valueSlope = stencils,
        };
    }

    /// <summary>Indices of every second checkpoint, always with the first and the last one.</summary>
    /// <param name="count">Number of checkpoints.</param>
    /// <param name="parity">0 for 0, 2, 4, …; 1 for 0, 1, 3, 5, …: together they keep every checkpoint once.</param>
    public static IReadOnlyList<int> EverySecond(int count, int parity = 0) =>
        Enumerable.Range(0, count).Where(i => i % 2 == parity || i == 0 || i == count - 1).ToArray();

    /// <summary>Indices of every n-th checkpoint from a phase on, always with the first and the last one.</summary>
    /// <param name="count">Number of checkpoints.</param>
    /// <param name="n">2 or more.</param>
    /// <param name="phase">Index of the first one kept beside 0.</param>
    public static IReadOnlyList<int> EveryNth(int count, int n, int phase) =>
        Enumerable.Range(0, count).Where(i => i % n == phase || i == 0 || i == count - 1).ToArray();

    /// <summary>The coarser grids from which the error of interpolation is estimated: every second checkpoint and every fourth, in two phases each.</summary>
    public static IEnumerable<IReadOnlyList<int>> Thinnings(int count) =>
        [EveryNth(count, 2, 0), EveryNth(count, 2, 1), EveryNth(count, 4, 0), EveryNth(count, 4, 1)];

    /// <summary>⟨J_a, J_b⟩ = tr J_a J_bᵀ over training and test outputs; null where the product of the two checkpoints was not formed or not
    /// recorded.</summary>
    public double? InnerProduct(int a, int b)
    {
        if (_applied is not null) return _applied.InnerProduct(a, b);
        if (!InterpolatesJacobian || !_terms.TryGetValue((Math.Min(a, b), Math.Max(a, b)), out var term) || term.TestDiagonal is not { } test) return null;
        double sum = 0;
        foreach (double value in term.TrainDiagonal) sum += value;
        foreach (double value in test) sum += value;
        // The term of two different checkpoints is the sum of the product and its transpose.
        return a == b ? sum : 0.5 * sum;
    }

    /// <summary>K_SS and K_QS of one checkpoint.</summary>
    public KernelTerm At(int checkpoint) => _terms[(checkpoint, checkpoint)];

    /// <summary>J_{k+1}J_S,kᵀ − J_kJ_S,k+1ᵀ of neighbouring checkpoints, (N+M)×N; null where it was not formed.</summary>
    /// <param name="checkpoint">k.</param>
    public DenseMatrix? Skew(int checkpoint) => _terms.GetValueOrDefault((checkpoint, checkpoint + 1))?.Skew;

    /// <summary>J (or K, for kernel blocks without cross blocks) and B linear in t between the chosen checkpoints.</summary>
    /// <param name="chosen">Increasing indices: all of them, or <see cref="EverySecond"/>.</param>
    public InterpolatedTrajectory Linear(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        if (_applied is not null) return _applied.Linear(chosen);
        var hessians = HessianPath.Linear(chosen.Select(i => _outputs.Hessians[i]).ToArray());
        var interpolants = Enumerable.Range(0, chosen.Count - 1).Select(i => JacobianInterpolant.Linear(chosen, i)).ToArray();
        bool crossed = InterpolatesJacobian && interpolants.All(p => _terms.ContainsKey((p.Checkpoints[0], p.Checkpoints[1])));
        if (crossed) return FromJacobians(chosen, interpolants, interpolants, hessians);
        return LinearKernels(chosen);
    }

    /// <summary>K and B linear in t between the chosen checkpoints: what kernel blocks without cross blocks allow, and coarser than J linear.</summary>
    public InterpolatedTrajectory LinearKernels(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        if (_applied is not null) return _applied.LinearKernels(chosen);
        var hessians = HessianPath.Linear(chosen.Select(i => _outputs.Hessians[i]).ToArray());
        WeightedTerm[][] straight = Enumerable.Range(1, chosen.Count - 1).Select(i => Straight(chosen[i - 1], chosen[i])).ToArray();
        return New(chosen, straight, straight, hessians, ChordKernels.FromKernels(straight));
    }

    /// <summary>J by cubic Hermite interpolation; B recomputed from outputs interpolated the same way (linear in t for a custom loss, which has no
    /// formula).</summary>
    /// <param name="chosen">Increasing indices: all of them, or <see cref="EverySecond"/> when the builder was told to prepare it.</param>
    /// <exception cref="InvalidOperationException">The run holds kernel blocks: cubic interpolation of K does not stay positive semidefinite.</exception>
    public InterpolatedTrajectory Cubic(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        if (!_checkpoints.HasJacobians)
            throw new InvalidOperationException("Cubic interpolation needs Jacobians: interpolated as blocks, K would not stay positive semidefinite.");
        var interpolants = Enumerable.Range(0, chosen.Count - 1).Select(i => JacobianInterpolant.Cubic(chosen, _outputs.Times, i)).ToArray();
        var hessians = _checkpoints.Loss.IsCustom
            ? HessianPath.Linear(chosen.Select(i => _outputs.Hessians[i]).ToArray())
            : HessianPath.FromOutputs(_checkpoints.Loss, _outputs.TrainOutputs, interpolants);
        if (_applied is not null) return _applied.Of(chosen, interpolants, hessians);
        var written = interpolants.Select((p, i) => _valueSlope.TryGetValue(CubicStencil.Of(chosen, i), out int first)
            ? new JacobianInterpolant([.. Enumerable.Range(first, ValueSlopeForm.Basis.Count)], ValueSlopeForm.Basis) : p).ToArray();
        return FromJacobians(chosen, interpolants, written, hessians);
    }

    /// <summary>J on each interval by the parabola through its ends and the checkpoint before (through the checkpoint after, on the first): less than
    /// <see cref="Cubic"/> and on one side of it, so that their distance shows the third difference of J.</summary>
    /// <param name="chosen">Increasing indices: all of them.</param>
    /// <exception cref="InvalidOperationException">The run holds kernel blocks.</exception>
    public InterpolatedTrajectory Parabolic(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        if (!_checkpoints.HasJacobians) throw new InvalidOperationException("Parabolic interpolation needs Jacobians.");
        var interpolants = Enumerable.Range(0, chosen.Count - 1).Select(i => JacobianInterpolant.Parabola(chosen, _outputs.Times, i)).ToArray();
        var path = HessianPath.Linear(chosen.Select(i => _outputs.Hessians[i]).ToArray());
        return _applied is not null ? _applied.Of(chosen, interpolants, path) : FromJacobians(chosen, interpolants, interpolants, path);
    }

    // written: the interpolants in the vectors whose products are at hand.
    private InterpolatedTrajectory FromJacobians(IReadOnlyList<int> chosen, JacobianInterpolant[] interpolants, JacobianInterpolant[] written,
        HessianPath hessians)
    {
        var intervals = written.Select(Terms).ToArray();
        var test = intervals.Select((terms, i) =>
        {
            if (_substitutes.TryGetValue((chosen[i], chosen[i + 1]), out var s)) return LinearJacobian(s.A, s.B, s.Cross);
            // t ↦ J(t)J(t)ᵀ is convex for linear J, so without the cross term of K_QQ the straight line is an upper bound of it.
            return terms.Any(t => !t.Term.HasTestKernel) ? Straight(chosen[i], chosen[i + 1]) : terms;
        }).ToArray();
        return New(chosen, intervals, test, hessians, ChordKernels.FromTerms(written, _terms), interpolants);
    }

    private InterpolatedTrajectory New(IReadOnlyList<int> chosen, WeightedTerm[][] intervals, WeightedTerm[][] test, HessianPath hessians, ChordKernels chords,
        JacobianInterpolant[]? interpolants = null) =>
        new(_checkpoints.TrainSize, _checkpoints.TestSize, chosen.Select(i => _outputs.Times[i]).ToArray(), intervals, test, hessians, chords,
            _checkpoints.Outputs, _checkpoints.Loss.Beta, HasTestKernel, Epsilon) { Interpolants = interpolants };

    // (1−θ)² aaᵀ + θ² bbᵀ + θ(1−θ)(abᵀ + baᵀ)
    private static WeightedTerm[] LinearJacobian(KernelTerm a, KernelTerm b, KernelTerm cross) => [new(a, 1, -2, 1), new(b, 0, 0, 1), new(cross, 0, 1, -1)];

    private WeightedTerm[] Straight(int a, int b) => [new(At(a), 1, -1), new(At(b), 0, 1)];

    // JJᵀ = Σ_a ℓ_a² J_aJ_aᵀ + Σ_{a<b} ℓ_aℓ_b (J_aJ_bᵀ + J_bJ_aᵀ)
    private WeightedTerm[] Terms(JacobianInterpolant p)
    {
        var terms = new List<WeightedTerm>();
        for (int a = 0; a < p.Checkpoints.Count; a++)
            for (int b = a; b < p.Checkpoints.Count; b++)
                terms.Add(new WeightedTerm(_terms[(p.Checkpoints[a], p.Checkpoints[b])], Polynomial.Product(p.Basis[a], p.Basis[b])));
        return [.. terms];
    }

    /// <summary>The same of neighbouring checkpoints alone, from the kernels that are there: as if they were the run.</summary>
    /// <param name="first">The first checkpoint.</param>
    /// <param name="part">The checkpoints from it on.</param>
    /// <param name="outputs">Their outputs.</param>
    /// <exception cref="InvalidOperationException">The kernels are not formed.</exception>
    public TrajectoryBuilder Part(int first, CheckpointSequence part, OutputRecord outputs)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, _checkpoints.Count - part.Count);
        if (_applied is not null) throw new InvalidOperationException("The kernels of this run are applied and not formed.");
        int count = _checkpoints.Count, last = first + part.Count - 1;
        // Vectors that cubic interpolants have in place of checkpoints are numbered on from these, and keep their distance.
        bool Inside(int k) => k >= count || (k >= first && k <= last);
        return new TrajectoryBuilder(part, outputs, Moved(_terms), Moved(_substitutes), InterpolatesJacobian, HasTestKernel, Epsilon)
        {
            _valueSlope = _valueSlope.Where(s => s.Key.Before >= first && s.Key.After <= last).ToDictionary(s => s.Key.Moved(-first), s => s.Value - first),
        };

        Dictionary<(int A, int B), T> Moved<T>(IReadOnlyDictionary<(int A, int B), T> all) => all.Where(t => Inside(t.Key.A) && Inside(t.Key.B))
            .ToDictionary(t => (t.Key.A - first, t.Key.B - first), t => t.Value);
    }

    internal static IEnumerable<(int A, int B)> Within(IReadOnlyList<int> indices, int reach)
    {
        for (int i = 0; i < indices.Count; i++)
            for (int j = i + 1; j < indices.Count && j <= i + reach; j++) yield return (indices[i], indices[j]);
    }
}
