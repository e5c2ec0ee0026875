// Work and precision of every integration method, and (--rate) the share of the backend's product rate that whole steps reach.
using KernelFlow.Numerics;
using KernelFlow.WorkPrecision;

string[] flags = ["--rate", "--quick"];
string[] names = ["--runs", "--out", "--backend", "--threads", "--rounds", "--orders", "--kinds", "--method", "--rtol", "--limit", "--problems", "--methods", "--tolerances", "--references"];
try
{
    var arguments = new Arguments(args, flags, names);
    var backend = Backend.Resolve(arguments.Text("--backend", "auto"), (int)arguments.Number("--threads", 1));
    if (arguments.Has("--rate"))
    {
        Rate.Run([.. arguments.Numbers("--orders", 1000, 2000).Select(n => (int)n)], arguments.Words("--kinds", "scalar", "slow", "blocks"), arguments.Text("--method", "auto"),
            arguments.Number("--rtol", 1e-8), (int)arguments.Number("--rounds", 3), backend);
        return 0;
    }
    return 2;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
