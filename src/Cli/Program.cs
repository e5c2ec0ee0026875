using KernelFlow.Cli;

// Nothing is built or loaded for the version alone, and the rest is kept out of this method: it would be compiled first.
return VersionText.IsAsked(args) ? VersionText.Print(CliTerminal.OfProcess()) : Run(args);

static int Run(string[] args)
{
    using var signals = new Signals();
    int code = Application.RunAsync(args, CliTerminal.OfProcess(), signals).GetAwaiter().GetResult();
    if (signals.Token.IsCancellationRequested) ProcessEnd.Now(code);
    return code;
}
