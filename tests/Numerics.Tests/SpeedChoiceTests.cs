using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Native;
using KernelFlow.Numerics.Selection;

namespace KernelFlow.Numerics.Tests;

/// <summary>What "auto" takes, and what it remembers of that. The environment belongs to the process: these tests run alone.</summary>
[Collection(nameof(RegistrationTests))]
public sealed class SpeedChoiceTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"kernelflow-memory-{Guid.NewGuid():n}");
    private readonly string? _variable = Environment.GetEnvironmentVariable(BackendMemory.Variable);
    private int _measured;
    private bool _settled = true;

    private string File => Path.Combine(_folder, BackendMemory.FileName);

    public SpeedChoiceTests() => SpeedChoice.Forget();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(BackendMemory.Variable, _variable);
        SpeedChoice.Forget();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static LibraryRates Rates(string name, double product, double factorization, double spectrum) =>
        new(name, name + " 1.0", product, factorization, spectrum);

    private BackendChoice Choose(string surroundings, params LibraryRates[] rates) => SpeedChoice.Of(File, surroundings, "a processor", () =>
    {
        _measured++;
        return new Measurement(rates, [("mkl", "it is | no library; 100 % \t sure\n")], _settled);
    });

    [Fact]
    public void EachKindOfWorkGoesToTheFastest()
    {
        var choice = Choose("here", Rates("openblas", 50, 60, 30), Rates("system", 2, 2, 33), Rates("managed", 98, 55, 1));
        Assert.Equal(("managed", "openblas", "system"), (choice.Products, choice.Factorizations, choice.Spectra));
    }

    /// <summary>Rates as near as two measurements of one library are leave the order by name.</summary>
    [Theory]
    [InlineData(104, "openblas")]
    [InlineData(106, "managed")]
    public void TheFirstChoiceNeedsAGainToo(double rate, string expected)
    {
        var choice = Choose("here", Rates("openblas", 100, 100, 100), Rates("managed", rate, rate, rate));
        Assert.Equal((expected, expected, expected), (choice.Products, choice.Factorizations, choice.Spectra));
    }

    [Fact]
    public void AChoiceIsRememberedUntilItsSurroundingsChange()
    {
        var first = Choose("a\tplace", Rates("openblas", 50, 60, 30), Rates("managed", 98, 55, 1));
        SpeedChoice.Forget();
        var again = Choose("a\tplace", Rates("openblas", 500, 600, 300), Rates("managed", 98, 55, 1));
        Assert.Equal(1, _measured);
        Assert.Equal((first.Products, first.Factorizations, first.Spectra), (again.Products, again.Factorizations, again.Spectra));
        Assert.Equal(first.Measured, again.Measured);
        Assert.Equal(first.Rates, again.Rates);
        Assert.Equal(first.Refused, again.Refused);
        Assert.Equal("openblas", Choose("another place", Rates("openblas", 500, 600, 300), Rates("managed", 98, 55, 1)).Products);
        Assert.Equal("managed", Choose("a\tplace").Products);
        Assert.Equal(2, _measured);
    }

    [Theory]
    [InlineData(106, "managed")]
    [InlineData(109, "openblas")]
    public void AChangeNeedsAGain(double rate, string expected)
    {
        Choose("before", Rates("openblas", 50, 60, 30), Rates("managed", 98, 55, 1));
        Assert.Equal(expected, Choose("after", Rates("openblas", rate, 60, 30), Rates("managed", 98, 55, 1)).Products);
    }

    /// <summary>A library that was measured while the machine was busy was remembered as slow for ever.</summary>
    [Fact]
    public void AMeasurementOnABusyMachineIsRepeatedByTheNextProcesses()
    {
        _settled = false;
        var first = Choose("here", Rates("openblas", 50, 60, 30), Rates("managed", 5, 55, 1));
        Assert.True(first is { Provisional: true, Products: "openblas" });
        Assert.Equal("openblas", Choose("here").Products);
        Assert.True(_measured == 1, $"one process measured {_measured} times");
        SpeedChoice.Forget();
        var second = Choose("here", Rates("openblas", 20, 10, 10), Rates("managed", 98, 5, 3));
        Assert.Equal(("managed", "openblas", "openblas"), (second.Products, second.Factorizations, second.Spectra));
        Assert.Equal([Rates("openblas", 50, 60, 30), Rates("managed", 98, 55, 3)], second.Rates);
        SpeedChoice.Forget();
        _settled = true;
        Assert.False(Choose("here", Rates("openblas", 51, 60, 30), Rates("managed", 99, 55, 3)).Provisional);
        SpeedChoice.Forget();
        Assert.Equal("managed", Choose("here").Products);
        Assert.Equal(3, _measured);
    }

    [Fact]
    public void AMachineThatIsAlwaysBusyIsMeasuredAFewTimes()
    {
        _settled = false;
        for (int i = 0; i < SpeedChoice.MostTries + 3; i++)
        {
            SpeedChoice.Forget();
            Choose("here", Rates("openblas", 50 + i, 60, 30), Rates("managed", 5, 55, 1));
        }
        Assert.Equal(SpeedChoice.MostTries, _measured);
    }

    /// <summary>The ratio of product rates of a steady library of one second an operation and of another, and whether the measurement settled.</summary>
    private static (double Ratio, bool Settled) Beside(Func<int, (double Wall, double Computing)> cost)
    {
        var clock = new ScriptedBackend.Clock();
        ScriptedBackend With(Func<int, (double, double)> told) => new(new ManagedBackend(TileProduct.Best, 1), clock, told);
        var (rates, settled) = SpeedTest.Measure([("steady", With(_ => (1, 1))), ("other", With(cost))], clock);
        return (rates[1].Product / rates[0].Product, settled);
    }

    /// <summary>What is slow at first (its code is compiled, its memory touched) is asked again.</summary>
    [Fact]
    public void ALateStartIsForgiven() => Assert.Equal((1, true), Beside(operation => operation < 3 ? (3.5, 3.5) : (1, 1)));

    /// <summary>A try counts with the time spent computing; where the machine was busy with other things, the rates are not for good.</summary>
    [Fact]
    public void PausesAreForgivenAndRemembered() => Assert.Equal((1, false), Beside(_ => (10, 1)));

    /// <summary>Where the system does not tell the time of computing, and where a library takes more threads than it may, the time that went by
    /// counts.</summary>
    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 2)]
    [InlineData(2, 6)]
    public void ASlowerLibraryIsSlower(double wall, double computing) => Assert.Equal(0.5, Beside(_ => (wall, computing)).Ratio);

    /// <summary>A library that grows faster with every try is asked until it does not, and no longer than the rounds that there are.</summary>
    [Fact]
    public void RatesThatStillImproveAreNotSettled()
    {
        var (ratio, settled) = Beside(operation => (Math.Pow(0.9, operation), Math.Pow(0.9, operation)));
        Assert.False(settled);
        Assert.True(ratio > 1 / Math.Pow(0.9, 10), $"{ratio:G3} times the rate of the first try");
    }

    [Fact]
    public void WhatIsWrongWithTheFileIsNoMatter()
    {
        Choose("here", Rates("openblas", 50, 60, 30), Rates("managed", 98, 55, 1));
        string good = System.IO.File.ReadAllText(File);
        string[] texts = ["", "\0\0\0", "{\"format\": \"something else\"}", new string('x', 2_000_000),
            // A file must not make anything be loaded that "auto" would not look for.
            good.Replace("managed", "/tmp/library.so", StringComparison.Ordinal), good.Replace("\tmanaged\t", "\tsystem\t", StringComparison.Ordinal),
            good.Replace("98", "-98", StringComparison.Ordinal), good.Replace("98", "NaN", StringComparison.Ordinal), "a\tb\tc\td\te\tf\tg\th\ti\tend\n",
            .. Enumerable.Range(1, 20).Select(i => good[..(good.Length * i / 21)])];
        foreach (string text in texts)
        {
            System.IO.File.WriteAllText(File, text);
            SpeedChoice.Forget();
            _measured = 0;
            Assert.Equal("managed", Choose("here", Rates("openblas", 50, 60, 30), Rates("managed", 98, 55, 1)).Products);
            Assert.True(_measured == 1, $"taken for a memory: {text[..Math.Min(80, text.Length)]}");
            Assert.Equal(good.Split('\t')[..5], System.IO.File.ReadAllText(File).Split('\t')[..5]);
        }
    }

    [Fact]
    public void AMemoryThatCannotBeWrittenIsNoMatter()
    {
        // A file where the folder should be, and a folder where the file should be.
        System.IO.File.WriteAllText(_folder, "in the way");
        string under = Path.Combine(_folder, "deeper", BackendMemory.FileName);
        Measurement Measured()
        {
            _measured++;
            return new Measurement([Rates("managed", 1, 1, 1)], [], Settled: true);
        }
        for (int i = 0; i < 2; i++) Assert.Equal("managed", SpeedChoice.Of(under, "here", "a processor", Measured).Products);
        Assert.Equal(1, _measured);
        System.IO.File.Delete(_folder);
        Directory.CreateDirectory(File);
        SpeedChoice.Forget();
        Assert.Equal("managed", Choose("here", Rates("managed", 1, 1, 1)).Products);
        Assert.Equal([File, File + ".lock"], Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal));
    }

    /// <summary>A second process waits for the one that measures, and takes what that one chose.</summary>
    [Fact]
    public async Task TwoProcessesAtOnceChooseTheSame()
    {
        Directory.CreateDirectory(_folder);
        var other = new FileStream(File + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var choosing = Task.Run(() => Choose("here", Rates("openblas", 200, 60, 30), Rates("managed", 98, 55, 1)));
        await Task.Delay(200);
        BackendMemory.Write(File, new RememberedChoice("here", "a processor",
            new BackendChoice("managed", "managed", "managed", DateTimeOffset.UtcNow, [Rates("managed", 1, 1, 1)], [])));
        await other.DisposeAsync();
        Assert.Equal("managed", (await choosing).Products);
        Assert.Equal(0, _measured);
    }

    [Fact]
    public void AutoTakesWhatItMeasuredAndTakesItAgain()
    {
        Environment.SetEnvironmentVariable(BackendMemory.Variable, _folder);
        var first = Backend.Resolve("auto", 1);
        var choice = first.Choice!;
        // At least 95 % of the best: as near as that, the order by name decides.
        double taken = choice.Rates.Single(rate => rate.Name == choice.Products).Product, best = choice.Rates.Max(rate => rate.Product);
        Assert.True(best <= SpeedChoice.FirstGain * taken, $"products at {taken:G3} flop/s were taken, the best has {best:G3}");
        Assert.True(System.IO.File.Exists(File), "nothing was written");
        var second = Backend.Resolve("auto", 2);
        Assert.Equal((first.Name, choice.Measured, 2), (second.Name, second.Choice!.Measured, second.Threads));
        Assert.True(BackendMemory.Forget());
        Assert.False(BackendMemory.Forget());
        Assert.True(Backend.Resolve("auto", 1).Choice!.Measured > choice.Measured, "it was not forgotten");
        Assert.Null(Backend.Resolve("managed", 1).Choice);
    }

    /// <summary>A memory of another version of a library, or of one that is gone, is measured anew.</summary>
    [Fact]
    public void AStaleMemoryIsNotBelieved()
    {
        Environment.SetEnvironmentVariable(BackendMemory.Variable, _folder);
        var stale = new BackendChoice("managed", "managed", "managed", DateTimeOffset.UnixEpoch, [new LibraryRates("managed", "another version", 1, 1, 1)], []);
        BackendMemory.Write(File, new RememberedChoice(Surroundings.Describe(), Surroundings.Processor(), stale));
        Assert.True(Backend.Resolve("auto", 1).Choice!.Measured > DateTimeOffset.UnixEpoch, "the stale entry was used");
        var gone = stale with { Products = "/no/such/library.so", Rates = [.. stale.Rates, new LibraryRates("/no/such/library.so", "1", 1, 1, 1)] };
        BackendMemory.Write(File, new RememberedChoice(Surroundings.Describe(), Surroundings.Processor(), gone));
        Assert.True(Backend.Resolve("auto", 1).Choice!.Measured > DateTimeOffset.UnixEpoch, "the entry of a library that is gone was used");
    }

    /// <summary>To load and to check a library takes longer than a small analysis.</summary>
    [Fact]
    public void ASmallRunNeedsNoLibrary()
    {
        bool vectors = TileProduct.Best is not PortableTileProduct;
        Assert.Equal(vectors ? "managed" : Backend.Resolve("auto", 1).Name, Backend.ResolveFor(128, 1).Name);
        Assert.Equal(Backend.Resolve("auto", 1).Name, Backend.ResolveFor(129, 1).Name);
        Assert.Equal(3, Backend.ResolveFor(10, 3).Threads);
        string? named = Environment.GetEnvironmentVariable(LibraryNames.Variable);
        try
        {
            Environment.SetEnvironmentVariable(LibraryNames.Variable, "/no/such/library.so");
            var failure = Assert.Throws<BackendException>(() => Backend.ResolveFor(10));
            Assert.Contains(LibraryNames.Variable, failure.Message);
        }
        finally
        {
            Environment.SetEnvironmentVariable(LibraryNames.Variable, named);
        }
    }

    [Fact]
    public void TestsRememberNothing()
    {
        Assert.Null(BackendMemory.Path);
        Assert.Null(Backend.Resolve("auto", 1).Choice);
    }

    [Fact]
    public void ThePartsOfOneBackendShareTheirThreads()
    {
        var (managed, other) = (new ManagedBackend(TileProduct.Best, 3), new ManagedBackend(TileProduct.Best, 3));
        var choice = new BackendChoice("a", "b", "b", default, [], []);
        var composed = new ComposedBackend(managed, other, other, choice);
        Assert.Same(managed.Spare, composed.Spare);
        Assert.Same(managed.Spare, other.Spare);
        Assert.Equal(2, composed.Spare.Capacity);
    }

    [Theory]
    [InlineData("Haswell", "SkylakeX", true)]
    [InlineData("Prescott", "Haswell", true)]
    [InlineData("Zen", "Haswell", false)]
    [InlineData("SkylakeX", "SkylakeX", false)]
    [InlineData("SapphireRapids", "SkylakeX", false)]
    [InlineData("", "SkylakeX", false)]
    [InlineData(null, "SkylakeX", false)]
    [InlineData("Haswell", null, false)]
    public void ACoreThatTheUserSetIsALimitAndKept(string? named, string? wanted, bool limited)
    {
        string? limit = OpenBlasCore.Limit(named, wanted);
        Assert.Equal(limited, limit is not null);
        if (limited) Assert.Contains("wrong results", limit);
    }
}
