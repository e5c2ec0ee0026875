namespace KernelFlow.Files.Tests;

/// <summary>The old files, or the new ones; and those of others where they were.</summary>
public sealed class FolderReplacementTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("kernelflow-replace-").FullName;

    private string Folder => Path.Combine(_root, "out");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static bool IsOwn(string name) => name is "page.html" or "data.json" or "tables/" or "tables/a.csv" or "tables/b.csv" or "large.bin";

    private static string[] In(string folder) => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    private static void Write(FolderReplacement files, string file, string text) => files.Write(file, s => s.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private void Replace(string text, bool second = false, string? keep = null, string? folder = null)
    {
        using var held = FolderLock.Make(folder ?? Folder);
        using var files = FolderReplacement.Begin(held, IsOwn);
        Write(files, "page.html", text);
        Write(files, "data.json", text);
        Write(files, second ? "tables/b.csv" : "tables/a.csv", text);
        if (keep is not null) files.Keep(keep);
        files.Commit("page.html", "data.json");
        Assert.Throws<FolderInUseException>(() => FolderLock.Take(folder ?? Folder));
    }

    private void Holds(string text, params string[] files)
    {
        Assert.Equal(files.Order(StringComparer.Ordinal), In(Folder));
        foreach (string file in (string[])["page.html", "data.json"]) Assert.Equal(text, File.ReadAllText(Path.Combine(Folder, file)));
        Assert.Equal(["out"], Directory.EnumerateFileSystemEntries(_root).Select(e => Path.GetFileName(e)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsNotWrittenAgainIsGoneUnlessItIsKept(bool other)
    {
        Replace("one");
        File.WriteAllText(Path.Combine(Folder, "large.bin"), "large");
        string[] mine = other ? ["mine.txt", "tables/mine.csv"] : [];
        foreach (string file in mine) File.WriteAllText(Path.Combine(Folder, file), "mine");
        Replace("two", second: true, keep: "large.bin");
        Holds("two", ["data.json", "large.bin", "page.html", "tables", "tables/b.csv", .. mine]);
        Assert.Equal("large", File.ReadAllText(Path.Combine(Folder, "large.bin")));
        Replace("three");
        Holds("three", ["data.json", "page.html", "tables", "tables/a.csv", .. mine]);
        Assert.All(mine, file => Assert.Equal("mine", File.ReadAllText(Path.Combine(Folder, file))));
    }

    /// <summary>A folder with files of others is never exchanged, not even for a moment.</summary>
    [Theory]
    [InlineData("mine.txt", false)]
    [InlineData(".DS_Store", false)]
    [InlineData("tables/mine.csv", false)]
    [InlineData("empty/", false)]
    [InlineData(null, true)]
    public void FilesOfOthersAreNotMoved(string? mine, bool exchanged)
    {
        if (!OperatingSystem.IsLinux()) return;
        Replace("one");
        if (mine is not null && mine.EndsWith('/')) Directory.CreateDirectory(Path.Combine(Folder, mine));
        else if (mine is not null) File.WriteAllText(Path.Combine(Folder, mine), "mine");
        // Whoever watches the folder sees which of the two it is.
        using var watched = new FileStream(Path.Combine(Folder, "large.bin"), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        string link = $"/proc/self/fd/{watched.SafeFileHandle.DangerousGetHandle()}";
        Replace("two", keep: "large.bin");
        bool moved = File.ResolveLinkTarget(link, false)?.FullName is not { } at || at != Path.Combine(Folder, "large.bin");
        Assert.True(moved == exchanged, $"the open file is now {File.ResolveLinkTarget(link, false)?.FullName}");
    }

    [Fact]
    public void WithoutACommitNothingHappened()
    {
        Replace("one");
        using (var held = FolderLock.Take(Folder))
        {
            using var files = FolderReplacement.Begin(held, IsOwn);
            Write(files, "page.html", "two");
            Assert.Throws<IOException>(() => files.Write("data.json", _ => throw new IOException("No space left on device")));
        }
        Holds("one", "data.json", "page.html", "tables", "tables/a.csv");
    }

    /// <summary>File by file: what can be known to fail fails before the first file is replaced.</summary>
    [Fact]
    public void AFolderInTheWayLeavesTheEarlierFiles()
    {
        Replace("one");
        Directory.CreateDirectory(Path.Combine(Folder, "tables", "b.csv"));
        Assert.Contains("found a folder", Assert.Throws<IOException>(() => Replace("two", second: true)).Message);
        Holds("one", "data.json", "page.html", "tables", "tables/a.csv", "tables/b.csv");
    }

    [Fact]
    public void ALinkedFolderKeepsItsLink()
    {
        string real = Path.Combine(_root, "elsewhere", "real");
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(Folder, real);
        Replace("one");
        Replace("two", second: true);
        Assert.Equal(real, new DirectoryInfo(Folder).LinkTarget);
        Assert.Equal(["data.json", "page.html", "tables", "tables/b.csv"], In(real));
        Assert.Equal(["real"], In(Path.Combine(_root, "elsewhere")).Where(f => !f.Contains('/', StringComparison.Ordinal)));
    }

    [Fact]
    public void TheRightsOfTheFolderStay()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Replace("one");
        File.SetUnixFileMode(Folder, Own);
        Replace("two");
        Assert.Equal(Own, File.GetUnixFileMode(Folder));
    }

    /// <summary>What killed processes leave: stages beside and inside, temporary files of now and of earlier versions. All go, and what is not ours
    /// stays.</summary>
    [Fact]
    public void LeftoversOfDeadProcessesAreRemovedAndNothingElse()
    {
        Replace("one");
        string Stage(string place, string inside, int number)
        {
            string stage = Path.Combine(place, $"kernelflow-{number:x32}.part");
            Directory.CreateDirectory(Path.Combine(stage, "tables"));
            foreach (string file in (string[])["page.html", "tables/a.csv", FolderLock.FileName, inside])
                File.WriteAllText(Path.Combine(stage, file), file == FolderLock.FileName ? "" : "x");
            return stage;
        }
        Stage(_root, "data.json", 1);
        Stage(Folder, "data.json", 2);
        string foreign = Stage(_root, "mine.txt", 3), alive = Stage(_root, "data.json", 4);
        foreach (string part in (string[])["page.html.part", "data.json.probe.part", $"tables/kernelflow-{5:x32}.part", "tables/a.csv.part", "mine.mp4.part"])
            File.WriteAllText(Path.Combine(Folder, part), "x");
        using (FolderLock.Take(alive)) Replace("two");
        Assert.Equal(["data.json", "mine.mp4.part", "page.html", "tables", "tables/a.csv"], In(Folder));
        Assert.Equal(["mine.txt"], In(foreign));
        Assert.True(File.Exists(Path.Combine(alive, "data.json")), "the stage of a living process was removed");
        Assert.Equal(["out", Path.GetFileName(foreign), Path.GetFileName(alive)],
            Directory.EnumerateFileSystemEntries(_root).Select(e => Path.GetFileName(e)).OrderByDescending(n => n == "out")
                .ThenBy(n => n, StringComparer.Ordinal));
    }

    [Fact]
    public void ALinkUnderTheNameOfATemporaryIsNotFollowed()
    {
        string victim = Path.Combine(_root, "victim");
        Replace("one");
        File.WriteAllText(victim, "precious");
        foreach (string name in (string[])["data.json.part", $"kernelflow-{1:x32}.part"]) File.CreateSymbolicLink(Path.Combine(Folder, name), victim);
        Directory.CreateSymbolicLink(Path.Combine(_root, $"kernelflow-{2:x32}.part"), _root);
        Replace("two");
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal("two", File.ReadAllText(Path.Combine(Folder, "data.json")));
    }

    /// <summary>A reader never sees a path missing, and no two files of different reports.</summary>
    [Fact]
    public async Task ReadersSeeOneOrTheOther()
    {
        if (!OperatingSystem.IsLinux()) return;
        Replace("0");
        using var stop = new CancellationTokenSource();
        int reads = 0;
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.True(File.Exists(Path.Combine(Folder, "data.json")), "results were missing for a moment");
                reads++;
            }
        });
        int last = 0;
        // On a busy machine the reader begins late.
        while (last < 20 || (Volatile.Read(ref reads) <= 20 && last < 2000)) Replace($"{++last}");
        await stop.CancelAsync();
        await reader;
        Assert.True(reads > 20, $"{reads} reads");
        Holds($"{last}", "data.json", "page.html", "tables", "tables/a.csv");
    }
}
