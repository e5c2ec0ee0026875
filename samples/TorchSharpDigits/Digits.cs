using KernelFlow;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>Handwritten digits as tensors: is the digit even (1) or odd (−1)?</summary>
internal sealed record Digits(Tensor X_S, Tensor Y_S, Tensor X_Q, Tensor Y_Q, int Wrong)
{
    /// <summary>A random choice of the digits that ship with the project; some of the training targets are replaced by the wrong one.</summary>
    public static Digits Load(int train, int test, double noise)
    {
        var data = TrainingData.Create(new RecordingOptions { Data = DataKind.Digits, Train = train, Test = test, Noise = noise });
        Tensor Of(double[] values, int examples) => tensor(values, dtype: ScalarType.Float64).reshape(examples, -1);
        return new(Of(data.X_S, train), Of(data.Y_S, train), Of(data.X_Q, test), Of(data.Y_Q, test), data.NoiseMask_S.Count(wrong => wrong));
    }
}
