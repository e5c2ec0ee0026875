using KernelFlow.Cli;

using var signals = new Signals();
return await Application.RunAsync(args, CliTerminal.OfProcess(), signals);
