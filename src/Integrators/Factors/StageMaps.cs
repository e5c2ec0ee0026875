using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The linear maps S_i of each step: Y_i = S_i X(t), N×N, i = 1..s. Formed once and kept as far as memory allows; the others are formed
/// again whenever they are asked for.</summary>
/// <remarks>
/// Forming costs one dense step, 8 N³ to 20 N³ flops; applying 2sN² per vector. A map formed again is the same to the last bit, so an operator stays
/// repeatable and its transpose its transpose whatever is kept.
/// </remarks>
internal sealed class StageMaps
{
    private readonly KernelTrajectory _trajectory;
    private readonly CollocationTableau _tableau;
    private readonly CollocationStep _method;
    private readonly MatrixView _identity, _next;
    private readonly MatrixView[]?[] _kept;
    private readonly int _keep;

    public StageMaps(KernelTrajectory trajectory, CollocationTableau tableau, IReadOnlyList<FlowStep> steps, Backend backend, long maxBytes)
    {
        (_trajectory, _tableau, Steps) = (trajectory, tableau, steps);
        int N = trajectory.TrainSize;
        _method = new CollocationStep(tableau, trajectory, N, backend, new Workspace(backend.Buffers));
        (_identity, _next) = (Buffers.Zero(N, N), Buffers.Zero(N, N));
        for (int i = 0; i < N; i++) _identity[i, i] = 1;
        _keep = (int)Math.Min(steps.Count, maxBytes / BytesPerStep);
        _kept = new MatrixView[]?[_keep];
    }

    public IReadOnlyList<FlowStep> Steps { get; }

    public int Keep => _keep;

    public long BytesPerStep => (long)_tableau.Stages * _trajectory.TrainSize * _trajectory.TrainSize * sizeof(double);

    /// <summary>S_1..S_s of a step, valid until the next call.</summary>
    /// <exception cref="NumericalException">A stage system is singular or not finite.</exception>
    public ReadOnlySpan<MatrixView> Of(int step)
    {
        if (step < _keep && _kept[step] is { } known) return known;
        var taken = Steps[step];
        _method.Step(taken, _identity, _next);
        var maps = new MatrixView[_tableau.Stages];
        for (int i = 0; i < maps.Length; i++)
        {
            maps[i] = _method.AtNode(i);
            if (!VectorRoutines.AllFinite(maps[i].Array.AsSpan(maps[i].Offset, maps[i].Rows * maps[i].Columns)))
                throw new NumericalException(FormattableString.Invariant($"{_tableau.Name}: a stage value at t = {taken.At(_tableau.C[i]):R} is not finite; ")
                + "likely cause: a kernel or loss Hessian that is not finite there.");
            if (step < _keep) maps[i] = maps[i].ToMatrix();
        }
        if (step < _keep) _kept[step] = maps;
        return maps;
    }
}
