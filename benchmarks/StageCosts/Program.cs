// What an analysis costs, by stage and claim: seconds, flops of dense linear algebra, bytes of element-wise work, allocations and memory.
//   dotnet run -c Release --project benchmarks/StageCosts -- RUN [options of "kernelflow analyze"] [--repeat 3] [--markdown FILE] [--report FOLDER]
using System.CommandLine;
using KernelFlow.Cli;
using KernelFlow.StageCosts;

var terminal = CliTerminal.OfProcess();
var run = new Argument<string>("RUN") { Description = "Folder of a recorded run." };
var repeat = new Option<int>("--repeat") { Description = "Analyses; of seconds the medians are printed.", DefaultValueFactory = _ => 1 };
var markdown = new Option<string?>("--markdown") { Description = "File for the same table in Markdown." };
var report = new Option<string?>("--report") { Description = "Folder for the report that is written; left out: one that is removed again." };
var options = new AnalysisOptionSet();
var command = new RootCommand("Costs of an analysis by stage and claim.") { run, repeat, markdown, report };
options.AddTo(command);
command.SetAction(parsed =>
{
    try
    {
        var measured = Measurement.Of(parsed.GetRequiredValue(run), () => options.Of(parsed, terminal), Math.Max(1, parsed.GetValue(repeat)),
            parsed.GetValue(report));
        Console.WriteLine(measured.Text());
        if (parsed.GetValue(markdown) is { } file) File.WriteAllText(file, measured.Markdown());
        return 0;
    }
    catch (Exception e) when (e is KernelFlow.InvalidRunException or KernelFlow.Numerics.BackendException or ArgumentException or IOException)
    {
        Console.Error.WriteLine($"error: {e.Message}");
        return 2;
    }
});
return command.Parse(args).Invoke();
