using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>What one step, or its two halves, adds to W_S, G_S and G_Q: a method writes here, and only here, what its steps know of X between their
/// ends.</summary>
/// <remarks>
/// Every term adds to W_S and to G through the same K and the same X: W += ω XᵀK_SS X and [G_S; G_Q] += ω [K_SS; K_QS] X. That is why ker W_S ⊆ ker G
/// holds at any step size and for any
/// method. The same sums are formed for the full X and, for the step that is compared with its halves, for the probe columns alone.
/// </remarks>
public sealed class StepContribution
{
    private readonly KernelTrajectory _trajectory;
    private readonly Backend _backend;
    private readonly int _n, _m;
    private readonly ColumnLayout _layout;
    private readonly MatrixView _train, _test, _product; // scratch, shared with what comes between the steps
    private readonly ColumnSums _sums;
    private readonly OutputHessian _hessian;
    private double _keepTransfer, _keepGramian, _keepMotion; // 0 until the first term has been written, then 1

    /// <param name="trajectory">What is integrated.</param>
    /// <param name="layout">The columns of the full X.</param>
    /// <param name="full">For the full X; otherwise for its probe columns alone.</param>
    /// <param name="testOnly">W_S and G_S follow from P: only the rows of G_Q are summed.</param>
    /// <param name="scratch">Buffers that the method no longer needs once the step is taken.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="workspace">Gives the buffers of the sums.</param>
    internal StepContribution(KernelTrajectory trajectory, ColumnLayout layout, bool full, bool testOnly, StepScratch scratch, Backend backend,
        Workspace workspace)
    {
        _trajectory = trajectory;
        _backend = backend;
        (_n, _m) = (trajectory.TrainSize, trajectory.TestSize);
        (_layout, _train, _test, _product) = (layout, scratch.Train, scratch.Test, scratch.Product);
        _sums = new ColumnSums(backend.Spare);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        TestOnly = testOnly;
        int columns = full ? layout.Count : ColumnLayout.Probes, c = full ? layout.Carried : 0;
        W = testOnly ? default : workspace.Zero(c, c);
        GS = testOnly ? default : workspace.Zero(_n, columns);
        GQ = workspace.Zero(_m, columns);
        ProbeW = Buffers.Zero(ColumnLayout.Probes, ColumnLayout.Probes);
        Cross = Buffers.Zero(ColumnLayout.Probes, ColumnLayout.Probes);
        Motion = Buffers.Zero(_n, ColumnLayout.Probes);
    }

    /// <summary>Whether W_S and G_S follow from P, so that only G_Q is summed; terms for the others are then left out.</summary>
    public bool TestOnly { get; }

    /// <summary>Σ ω X_iᵀ K_SS X_i, c×c.</summary>
    internal MatrixView W { get; }

    /// <summary>Σ ω K_SS X_i, N×columns.</summary>
    internal MatrixView GS { get; }

    /// <summary>Σ ω K_QS X_i, M×columns.</summary>
    internal MatrixView GQ { get; }

    /// <summary>Σ ω (X_i V)ᵀ K_SS (X_i V) for the probes V, ℓ×ℓ.</summary>
    internal MatrixView ProbeW { get; }

    /// <summary>Σ ω (X_i V)ᵀ K_SS (X_i E V), ℓ×ℓ.</summary>
    internal MatrixView Cross { get; }

    /// <summary>Σ ω B K_SS X_i V, N×ℓ, for methods whose nodes are independent of P.</summary>
    internal MatrixView Motion { get; }

    /// <summary>Adds a node: W += ω XᵀK_SS X and [G_S; G_Q] += ω [K_SS; K_QS] X with the kernels at its time.</summary>
    /// <param name="interval">Index of the interval that the time lies in.</param>
    /// <param name="time">τ, a flow time in that interval.</param>
    /// <param name="weight">ω &gt; 0: the length of the step times the weight of the node.</param>
    /// <param name="x">X(τ), N rows and as many columns as the step had.</param>
    /// <exception cref="ArgumentException">The size of X is another.</exception>
    public void AddNode(int interval, double time, double weight, in MatrixView x)
    {
        RequireState(x);
        var (train, test) = Form(interval, time);
        AddNode(train, test, weight, x);
        AddMotion(interval, time, weight, x.Columns);
    }

    /// <summary>Adds an integral over the step with a kernel that is constant in it: [G_S; G_Q] += [K_SS; K_QS]∫X. What it adds to W_S is a square,
    /// <see cref="AddSquare"/>.</summary>
    /// <param name="kernels">[K_SS; K_QS], (N+M)×N.</param>
    /// <param name="integral">∫X over the step, N rows and as many columns as the step had.</param>
    /// <exception cref="ArgumentException">The size of the integral is another.</exception>
    public void AddIntegral(in MatrixView kernels, in MatrixView integral)
    {
        RequireState(integral);
        _backend.Gemm(Op.None, Op.None, 1, TestRows(kernels), integral, _keepTransfer, GQ);
        if (!TestOnly) _backend.Gemm(Op.None, Op.None, 1, TrainRows(kernels), integral, _keepTransfer, GS);
        _keepTransfer = 1;
    }

    /// <summary>Adds a square: W_S += ZᵀZ.</summary>
    /// <param name="z">Z, any number of rows and as many columns as the step had.</param>
    public void AddSquare(in MatrixView z)
    {
        if (TestOnly) return;
        var probes = ColumnLayout.Probe(z);
        _backend.Gemm(Op.Transpose, Op.None, 1, probes, probes, _keepGramian, ProbeW);
        if (_layout.IsFull(z))
        {
            _backend.Syrk(Op.Transpose, 1, _layout.P(z), _keepGramian, W);
            _backend.Gemm(Op.Transpose, Op.None, 1, probes, _layout.Errors(z), _keepGramian, Cross);
        }
        _keepGramian = 1;
    }

    /// <summary>Forgets what was added: the sums start from zero.</summary>
    internal void Begin() => (_keepTransfer, _keepGramian, _keepMotion) = (0, 0, 0);

    /// <summary>After the last step of the sums: what no term was added to is zero.</summary>
    internal void End()
    {
        if (_keepTransfer == 0)
        {
            GQ.Fill(0);
            if (!TestOnly) GS.Fill(0);
        }
        if (_keepGramian == 0 && !TestOnly)
        {
            W.Fill(0);
            ProbeW.Fill(0);
            Cross.Fill(0);
        }
        if (_keepMotion == 0) Motion.Fill(0);
    }

    /// <summary>Adds all nodes of the step that a method has just taken, with the kernels that it still holds.</summary>
    internal void AddNodes(FlowStep step, NodalStepMethod method)
    {
        for (int i = 0; i < method.Nodes.Length; i++)
        {
            double weight = step.Length * method.Weights[i], time = step.At(method.Nodes[i]);
            var x = method.AtNode(i);
            var (train, test) = Kernels(step.Interval, time, method, i);
            AddNode(train, test, weight, x);
            if (method.NodesAreIndependent) AddMotion(step.Interval, time, weight, x.Columns);
        }
    }

    // K_SS and K_QS at the node, or K_QS alone where that is enough.
    private (MatrixView Train, MatrixView Test) Kernels(int interval, double time, NodalStepMethod method, int i)
    {
        if (TestOnly && method.TryTestKernels(i, out var test)) return (default, test);
        return method.TryKernels(i, out var held) ? (TrainRows(held), TestRows(held)) : Form(interval, time);
    }

    private (MatrixView Train, MatrixView Test) Form(int interval, double time)
    {
        if (!TestOnly) _trajectory.TrainKernel(interval, time, 1, 0, _train, _train, lower: false, _backend.Spare);
        _trajectory.TestKernel(interval, time, _test, _backend.Spare);
        return (_train, _test);
    }

    private void AddNode(in MatrixView trainKernel, in MatrixView testKernel, double weight, in MatrixView y)
    {
        _backend.Gemm(Op.None, Op.None, weight, testKernel, y, _keepTransfer, GQ);
        if (!TestOnly)
        {
            var train = _product.ColumnRange(0, y.Columns);
            _backend.Gemm(Op.None, Op.None, 1, trainKernel, y, 0, train);
            if (_keepTransfer == 0) _sums.Scale(weight, train, GS);
            else _sums.Combine(weight, train, 1, GS, GS);
            var probes = ColumnLayout.Probe(y);
            _backend.Gemm(Op.Transpose, Op.None, weight, probes, ColumnLayout.Probe(train), _keepGramian, ProbeW);
            if (_layout.IsFull(y))
            {
                _backend.SymmetricProduct(weight, _layout.P(y), _layout.P(train), _keepGramian, W);
                _backend.Gemm(Op.Transpose, Op.None, weight, probes, _layout.Errors(train), _keepGramian, Cross);
            }
            _keepGramian = 1;
        }
        _keepTransfer = 1;
    }

    // This is called after AddNode, which has left K_SS X in the scratch.
    private void AddMotion(int interval, double time, double weight, int columns)
    {
        if (TestOnly) return;
        _trajectory.Hessian(interval, time, _hessian);
        _hessian.Apply(weight, ColumnLayout.Probe(_product.ColumnRange(0, columns)), _keepMotion, Motion);
        _keepMotion = 1;
    }

    private void RequireState(in MatrixView x)
    {
        if (x.Rows != _n || x.Columns != GQ.Columns)
            throw new ArgumentException($"X has {x.Rows} rows and {x.Columns} columns, expected {_n} and {GQ.Columns}, those of the step.", nameof(x));
    }

    private MatrixView TestRows(in MatrixView kernels) => kernels.Slice(_n, 0, _m, kernels.Columns);

    private MatrixView TrainRows(in MatrixView kernels) => kernels.Slice(0, 0, _n, kernels.Columns);
}
