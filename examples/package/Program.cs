// A least-squares training made here with MathNet, analysed by the installed packages: no files, no other project.
using KernelFlow;
using MathNet.Numerics.LinearAlgebra;

const int Train = 12, Test = 5, Parameters = 8, Steps = 200;
const double Rate = 0.3;
Matrix<double> trainInputs = Matrix<double>.Build.Random(Train, Parameters, seed: 1), testInputs = Matrix<double>.Build.Random(Test, Parameters, seed: 2);
Vector<double> targets = Vector<double>.Build.Random(Train, seed: 3), weights = Vector<double>.Build.Dense(Parameters);

// Outputs are X w, so that the Jacobians are the inputs themselves and never change. With fewer parameters than examples, some patterns
// of the targets cannot be learned: they are the reservoir.
var checkpoints = new List<Checkpoint>();
for (int step = 0; step <= Steps; step++)
{
    Vector<double> trainOutputs = trainInputs * weights, testOutputs = testInputs * weights;
    checkpoints.Add(new Checkpoint(step * Rate, step,
        MemoryTensor.FromMatrix("J_S", trainInputs), MemoryTensor.FromMatrix("J_Q", testInputs),
        new MemoryTensor("U_S", trainOutputs.ToArray(), Train), new MemoryTensor("U_Q", testOutputs.ToArray(), Test)));
    weights -= Rate / Train * trainInputs.TransposeThisAndMultiply(trainOutputs - targets);
}

var run = new CheckpointSequence(checkpoints, LossModel.Squared(targets.ToArray(), outputs: 1)) { Optimizer = new GradientDescent(Rate) };
ReservoirAnalysis analysis = Analyze.Reservoir(run);

ClaimResult transfer = analysis.Claim("C4");
Console.WriteLine($"inclusion: {analysis.Inclusion.Verdict}, {analysis.Spectrum.SignalDimension} signal modes of {Train}");
Console.WriteLine($"test outputs, predicted against recorded: {transfer.Verdict}, relative error {transfer.RelativeError}");
analysis.WriteFolder("report");
Console.WriteLine("report/report.html holds the report");
return transfer.Verdict == Verdict.Holds ? 0 : 1;
