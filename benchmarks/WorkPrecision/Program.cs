// Work and precision of every integration method, and (--rate) the share of the backend's product rate that whole steps reach.
//   --runs RUNS --out DIR [--python PYTHON] [--note TEXT]   everything: DIR/work-precision.md, DIR/figures, DIR/work-precision/points.csv and .json
//   --quick                                                 two tolerances, one round, a second per run
//   --draw --out DIR                                        page and figures again from what was measured
//   --alone RUN [--from T --to T --rtol X --rounds N --save FILE.npz]   one integration of P, W_S and G_Q, times as JSON (peers/equal_work.py)
//   --rate [--orders 1000,2000]                             share of the product's rate
//   --stages RUN [--methods M,M] [--tolerances T,T]         errors and flops by number of stages on a recorded run
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.WorkPrecision;

string[] flags = ["--rate", "--quick", "--draw"];
string[] names =
[
    "--runs", "--out", "--references", "--python", "--note", "--backend", "--threads", "--rounds", "--limit", "--problems", "--methods", "--tolerances",
    "--orders", "--kinds", "--method", "--rtol", "--stages", "--steps", "--alone", "--from", "--to", "--save",
];
try
{
    var arguments = new Arguments(args, flags, names);
    if (arguments.Has("--draw"))
    {
        StudyCommand.Draw(arguments.Text("--out", "work-precision"));
        return 0;
    }
    var backend = Backend.Resolve(arguments.Text("--backend", "auto"), (int)arguments.Number("--threads", 1));
    if (arguments.Has("--alone"))
    {
        Alone.Run(arguments.Text("--alone", ""), (arguments.Number("--from", double.NaN), arguments.Number("--to", double.NaN)),
            arguments.Number("--rtol", 1e-6), (int)arguments.Number("--rounds", 3), arguments.Text("--save", ""), backend);
        return 0;
    }
    if (arguments.Has("--stages"))
    {
        StageStudy.Run(arguments.Text("--stages", ""), [.. arguments.Numbers("--steps", 1, 2, 4).Select(m => (int)m).Where(m => m > 0)],
            arguments.Words("--methods", "gauss-2", "gauss-4", "gauss-6", "radau-3", "radau-5", "auto"),
            arguments.Numbers("--tolerances", 1e-4, 1e-6, 1e-8, 1e-10), backend);
        return 0;
    }
    if (!arguments.Has("--rate")) return StudyCommand.Run(arguments, backend);
    Rate.Run([.. arguments.Numbers("--orders", 1000, 2000).Select(n => (int)n)], arguments.Words("--kinds", "scalar", "slow", "blocks"),
        arguments.Text("--method", "auto"),
        arguments.Number("--rtol", 1e-8), (int)arguments.Number("--rounds", 3), backend);
    return 0;
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or BackendException or KernelFlow.InvalidRunException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
