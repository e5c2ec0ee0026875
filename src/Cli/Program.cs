using KernelFlow.Cli;

using var signals = new Signals();
int code = await Application.RunAsync(args, CliTerminal.OfProcess(), signals);
if (signals.Token.IsCancellationRequested) ProcessEnd.Now(code);
return code;
