using System.Runtime.InteropServices;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Cli.Tests;

/// <summary>Models that examples/pytorch/kernelflow_record.py recorded as factors, each with its Jacobians by autograd alone, in one process
/// of Python.</summary>
public sealed class PyTorchFactors : IDisposable
{
    private readonly TempFolder _folder = new();

    public PyTorchFactors()
    {
        if (SystemPython.WhyNot is not null) return;
        using var process = SystemPython.Start(SourceTree.PathOf("tests", "Cli.Tests", "pytorch_factors.py"), PyTorchRecordings.Recorder, _folder.Path);
        var output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"pytorch_factors.py ended with {process.ExitCode}\n{output.Result}\n{error}");
    }

    public string Run(string name) => _folder.Of(name);

    public void Dispose() => _folder.Dispose();
}

/// <summary>A run of factors from PyTorch, read here: the Jacobians and the kernels of the same weights, tensor by tensor.</summary>
public sealed class FactorsOfPyTorchTests(PyTorchFactors recordings) : IClassFixture<PyTorchFactors>
{
    private static readonly Backend s_backend = Backend.Managed(1);

    public static TheoryData<string, int> Models
    {
        get
        {
            var data = new TheoryData<string, int>();
            string[] models = ["dense", "conv", "dilated", "gelu", "relu", "layer-norm", "embedding", "shared", "residual", "sequence", "multi-output"];
            foreach (string model in models)
                foreach (int bits in (int[])[32, 64]) data.Add(model, bits);
            return data;
        }
    }

    [TorchTheory]
    [MemberData(nameof(Models))]
    public void TheyAreTheJacobiansAndKernelsOfTheSameWeights(string model, int bits)
    {
        double limit = bits == 64 ? 1e-12 : 1e-5;
        string path = recordings.Run($"{model}-{bits}");
        using var run = RecordedRun.Open(path);
        var last = run.Checkpoints[1];
        int D = (int)run.Checkpoints.Parameters!.Value;
        DenseMatrix Exact(TensorName name, int rows)
        {
            double[] numbers = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes($"{path}.{name}")).ToArray();
            Assert.Equal(rows * D, numbers.Length);
            return DenseMatrix.Build.DenseOfRowMajor(rows, D, numbers) as DenseMatrix ?? throw new InvalidOperationException();
        }
        DenseMatrix S = Exact(TensorName.J_S, run.Checkpoints.TrainSize), Q = Exact(TensorName.J_Q, run.Checkpoints.TestSize);
        foreach (var (name, exact) in new[] { (TensorName.J_S, S), (TensorName.J_Q, Q) })
        {
            var jacobian = Assert.IsType<FactoredJacobian>(last[name]);
            var found = new DenseMatrix(exact.RowCount, D);
            jacobian.ReadMatrix(found);
            for (int l = 0; l < jacobian.Layers.Count; l++)
            {
                int first = (int)jacobian.FirstColumn(l), count = (int)jacobian.Layers[l].Layer.Columns;
                Close(exact.SubMatrix(0, exact.RowCount, first, count), found.SubMatrix(0, exact.RowCount, first, count), limit,
                    $"{model}, float{bits}: {name}, layer {jacobian.Layers[l].Layer.Name}");
            }
        }
        var kernels = GramPass.Form(run.Checkpoints, [(1, 1)], _ => false, s_backend)[(1, 1)];
        Close(S * S.Transpose(), kernels.Train.ToMatrix(), limit, $"{model}, float{bits}: K_SS");
        Close(Q * S.Transpose(), kernels.TestTrain.ToMatrix(), limit, $"{model}, float{bits}: K_QS");
        Close(Q * Q.Transpose(), kernels.TestKernel!, limit, $"{model}, float{bits}: K_QQ");
    }

    private static void Close(MathNet.Numerics.LinearAlgebra.Matrix<double> expected, MathNet.Numerics.LinearAlgebra.Matrix<double> found, double limit,
        string what)
    {
        double size = expected.FrobeniusNorm();
        Assert.True(size > 0, $"{what}: nothing to compare with");
        Check.Small((expected - found).FrobeniusNorm() / size, limit, what);
    }
}
