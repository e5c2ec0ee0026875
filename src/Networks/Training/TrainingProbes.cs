using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>The probes of a training of a built-in network: training examples first, then test examples.</summary>
internal sealed class TrainingProbes : IScheduleProbes
{
    private readonly Trainer _trainer;
    private readonly Backend _backend;
    private readonly double[] _x, _v;
    private readonly int _train, _outputs, _vectors;
    private readonly LossModel _loss;
    private double[] _u = [], _w = [];
    private ProbeFactors? _factors;
    private int _step = -1;

    public TrainingProbes(Trainer trainer, TrainingRun run, RecordingOptions options, Backend backend)
    {
        _trainer = trainer;
        _backend = backend;
        var schedule = options.Adaptive;
        var data = run.Data;
        int[] train = schedule.ProbeExamples(data.Train), test = schedule.ProbeExamples(data.Test);
        (_train, _outputs, _vectors) = (train.Length, data.Outputs, schedule.Vectors);
        _x = [.. Rows(data.X_S, train, data.InputSize), .. Rows(data.X_Q, test, data.InputSize)];
        _v = schedule.ProbeVectors((train.Length + test.Length) * data.Outputs);
        _loss = Trainer.CreateLoss(options.Loss, Rows(data.Y_S, train, data.Outputs), data.Outputs);
    }

    private double[] W => _trainer.Parameters;

    public void Refer()
    {
        _factors = Factors();
        _w = [.. W];
    }

    public double[] Outputs()
    {
        if (_step == _trainer.Step) return _u;
        _u = new double[_x.Length / _trainer.Evaluator.Network.InputSize * _outputs];
        _trainer.Evaluator.Outputs(W, _x, _u);
        _step = _trainer.Step;
        return _u;
    }

    public double[] Predicted()
    {
        var moved = new double[_w.Length];
        for (int j = 0; j < moved.Length; j++) moved[j] = W[j] - _w[j];
        return _factors!.Times(moved);
    }

    public double[] OutputGradient()
    {
        var g = new double[_train * _outputs];
        _loss.Gradient(Outputs().AsSpan(0, g.Length), g);
        return g;
    }

    // K is J Jᵀ, and JᵀV a few vectors as long as w: neither J nor K is formed.
    public double[] KernelProducts()
    {
        var factors = Factors();
        var products = new double[_v.Length];
        for (int c = 0; c < _vectors; c++)
        {
            double[] v = [.. Enumerable.Range(0, _v.Length / _vectors).Select(i => _v[i * _vectors + c])];
            double[] Kv = factors.Times(factors.TransposeTimes(v));
            for (int i = 0; i < Kv.Length; i++) products[i * _vectors + c] = Kv[i];
        }
        return products;
    }

    private ProbeFactors Factors() => new(_trainer.Evaluator, W, _x, _backend);

    private static double[] Rows(double[] values, int[] rows, int width) =>
        [.. rows.SelectMany(i => values.AsSpan(i * width, width).ToArray())];
}
