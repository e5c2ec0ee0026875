// Attacks on files and processes, at full length; docs/hardening.md says what each one shows and what was measured. The exit code is 0 when nothing happened
// that must not, 1 when something did, 2 for bad usage.
using KernelFlow.Hardening;
using KernelFlow.Hardening.Studies;

(string Name, Func<Arguments, TextWriter, int> Run)[] commands =
    [("fuzz", FuzzCommand.Run), ("kill", KillCommand.Run), ("full-disk", FullDiskCommand.Run), ("pairs", PairsCommand.Run), ("soak", SoakCommand.Run),
        ("memory", MemoryCommand.Run)];
try
{
    var command = commands.FirstOrDefault(c => args.Length > 0 && c.Name == args[0]);
    if (command.Run is not null) return command.Run(new Arguments(args[1..]), Console.Out);
    Console.Error.WriteLine($"usage: KernelFlow.Hardening {string.Join("|", commands.Select(c => c.Name))} [--name value]…");
    return 2;
}
catch (Exception e) when (e is ArgumentException or FormatException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
