// From a recorded run to verdicts, operators and a window sweep.
//   dotnet build -c Release src/Cli
//   dotnet fsi examples/explore.fsx
#I "../src/Cli/bin/Release/net10.0"
#r "MathNet.Numerics.dll"
#r "KernelFlow.Numerics.dll"
#r "KernelFlow.Files.dll"
#r "KernelFlow.Recording.dll"
#r "KernelFlow.Results.dll"
#r "KernelFlow.Operators.dll"
#r "KernelFlow.Bridges.dll"
#r "KernelFlow.Analysis.dll"

open System.IO
open KernelFlow

let folder = Path.Combine(__SOURCE_DIRECTORY__, "digits-tiny")
let run = RecordedRun.Open folder
let analysis = Analyze.Reservoir run.Checkpoints

printfn "inclusion: %O (%d signal, %d reservoir modes)" analysis.Inclusion.Verdict analysis.Spectrum.SignalDimension analysis.Spectrum.ReservoirDimension

for claim in analysis.Claims do
    match (if claim.RelativeError.IsKnown then Some claim.RelativeError.Value else None), Option.ofObj claim.Budget with
    | Some error, Some budget -> printfn "%s %s: %O, error %.3g, known sources %.3g" claim.Id claim.Name claim.Verdict error budget.SumOfKnown
    | _ -> printfn "%s %s: %O" claim.Id claim.Name claim.Verdict

// The operators are MathNet matrices: here the test displacement, once from G_Q and once as the report has it.
let operators = analysis.Operators.Value
let mode = operators.Eigenvectors.Column 0
printfn "the leading mode moves the test outputs by %.4g per unit of gradient" ((operators.G_Q * mode).L2Norm())
printfn "W_S psi = lambda psi to %.1e" ((operators.W_S * mode - analysis.Spectrum.Eigenvalues[0] * mode).L2Norm() / analysis.Spectrum.Eigenvalues[0])

// How the first and the second half of training differ.
let middle = run.Checkpoints[run.Checkpoints.Count / 2].Time
let halves = Compare.Runs([| folder |], CompareOptions(Windows = [| CompareWindow(System.Nullable(), System.Nullable middle); CompareWindow(System.Nullable middle, System.Nullable()) |]))

for half in halves.Runs do
    printfn "%s: effective rank %.3g, drift %.3g" half.Label half.Spectrum.EffectiveRank half.KernelEvolution.PeakDrift

run.Dispose()
