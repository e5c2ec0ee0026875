// Which score finds mislabelled training examples? Runs like digits-parity (two tanh layers of 24, squared loss, a fifth of the labels flipped), one per seed;
// the area under the ROC curve of each score against the noise mask, for the whole window and for its early part. Prints the table of docs/mislabelled.md.
using KernelFlow;
using KernelFlow.Numerics;

var backend = Backend.Resolve("auto", 1);
long[] seeds = [0, 1, 2, 3, 4];
var table = new SortedDictionary<(int Order, string Window, string Score), List<double>>();
foreach (long seed in seeds)
{
    var run = Recorder.InMemory(new RecordingOptions { Train = 100, Test = 60, Noise = 0.2, Layers = [LayerSpec.Dense(24), LayerSpec.Dense(24)],
        Steps = 3000, Checkpoints = 23, Seed = seed }, backend);
    double[] mask = run.RunTensors["noise_mask_S"].ReadAll(), truth = run.RunTensors["y_Q"].ReadAll();
    foreach (var (window, index) in new[] { ("early", 2 * run.Count / 3), ("whole", run.Count - 1) })
    {
        var a = Analyze.Reservoir(run, new AnalysisOptions { Mode = AnalysisMode.Flow, Backend = backend, To = run[index].Time });
        double[] u = run[index]["U_S"].ReadAll(), q = run[index]["U_Q"].ReadAll(), y = run.Loss.Targets.ToArray();
        var influence = a.Influence.Value;
        int order = 0;
        void Add(string score, Func<int, double> value)
        {
            var key = (10 * (window == "whole" ? 1 : 0) + order++, window, score);
            if (!table.TryGetValue(key, out var list)) table[key] = list = [];
            list.Add(Auc([.. Enumerable.Range(0, run.Train).Select(value)], mask));
        }
        Add("self-influence g_iᵀW_iig_i", i => influence.Examples[i].SelfInfluence);
        Add("trace of W_ii", i => influence.Examples[i].SelfTrace);
        Add("movement of the test outputs ‖G_QE_ig_i‖", i => influence.Examples[i].TestContribution);
        Add("response of the test outputs ‖G_QE_i‖", i => influence.Examples[i].TestResponse);
        Add("harm to the test loss (q − y_Q)ᵀ(−G_QE_ig_i)", i => Enumerable.Range(0, q.Length).Sum(r => (q[r] - truth[r]) * influence.OnTest.Value[r, i]));
        Add("loss of the example at T", i => (u[i] - y[i]) * (u[i] - y[i]) / 2);
        Add("gradient norm at s ‖g_i‖", i => influence.Examples[i].Gradient);
    }
    Console.Error.WriteLine(FormattableString.Invariant($"seed {seed}: {mask.Sum()} mislabelled of {mask.Length}"));
}
Console.WriteLine("| window | score | " + string.Join(" | ", seeds.Select(s => $"seed {s}")) + " | mean |\n|---|---|"
    + string.Concat(seeds.Select(_ => "---|")) + "---|");
foreach (var (key, values) in table)
    Console.WriteLine(FormattableString.Invariant(
        $"| {key.Window} | {key.Score} | {string.Join(" | ", values.Select(v => FormattableString.Invariant($"{v:F2}")))} | {values.Average():F2} |"));

// Share of pairs (mislabelled, clean) in which the mislabelled example has the higher score; ties count one half.
static double Auc(double[] score, double[] mask)
{
    double wins = 0;
    int pairs = 0;
    for (int i = 0; i < score.Length; i++)
        for (int j = 0; j < score.Length; j++)
        {
            if (mask[i] == 0 || mask[j] != 0) continue;
            pairs++;
            wins += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
        }
    return wins / pairs;
}
