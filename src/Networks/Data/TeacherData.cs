using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>Gaussian inputs answered by a random two-layer teacher: t = V tanh(A x/√d)/√h.</summary>
internal sealed class TeacherData : DataSource
{
    private readonly double[] _a, _v; // A row-major [h, d], V row-major [p, h]
    private readonly int _hidden;
    private readonly LossKind _loss;

    public TeacherData(RecordingOptions options) : base(options.InputSize, options.Outputs ?? (options.Loss == LossKind.SoftmaxCrossEntropy ? 2 : 1))
    {
        if (options.InputSize < 1) throw new ArgumentException($"InputSize is {options.InputSize}, expected a positive number.");
        if (options.TeacherWidth < 1) throw new ArgumentException($"TeacherWidth is {options.TeacherWidth}, expected a positive number.");
        _loss = options.Loss;
        _hidden = options.TeacherWidth;
        var random = new RandomStream(options.Seed, RandomStream.Purpose.Teacher);
        _a = new double[ArraySize.Of(_hidden, InputSize)];
        _v = new double[ArraySize.Of(Outputs, _hidden)];
        foreach (ref double entry in _a.AsSpan()) entry = random.NextNormal();
        foreach (ref double entry in _v.AsSpan()) entry = random.NextNormal();
    }

    public override (double[] X, double[] Y) Draw(int count, RandomStream random)
    {
        var x = new double[ArraySize.Of(count, InputSize)];
        var y = new double[ArraySize.Of(count, Outputs)];
        for (int i = 0; i < count; i++) Example(x.AsSpan(i * InputSize, InputSize), y.AsSpan(i * Outputs, Outputs), random);
        return (x, y);
    }

    /// <summary>Values have no other class: the false target is the teacher's answer to an independent input.</summary>
    public override void Corrupt(Span<double> y, RandomStream random)
    {
        if (_loss != LossKind.Squared) base.Corrupt(y, random);
        else Example(new double[InputSize], y, random);
    }

    private void Example(Span<double> x, Span<double> y, RandomStream random)
    {
        foreach (ref double entry in x) entry = random.NextNormal();
        y.Clear();
        for (int h = 0; h < _hidden; h++)
        {
            double sum = 0;
            for (int j = 0; j < InputSize; j++) sum += _a[h * InputSize + j] * x[j];
            double unit = Math.Tanh(sum / Math.Sqrt(InputSize)) / Math.Sqrt(_hidden);
            for (int c = 0; c < y.Length; c++) y[c] += _v[c * _hidden + h] * unit;
        }
        if (_loss == LossKind.Logistic) y[0] = y[0] >= 0 ? 1 : -1;
        if (_loss != LossKind.SoftmaxCrossEntropy) return;
        int largest = 0;
        for (int c = 1; c < y.Length; c++)
            if (y[c] > y[largest]) largest = c;
        y.Clear();
        y[largest] = 1;
    }
}
