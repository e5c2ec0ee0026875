using KernelFlow.Files;

namespace KernelFlow.Validation.Tests;

/// <summary>Recordings that are not kept are made under a name of their own; those of a killed process go, and nothing else does.</summary>
public sealed class WorkFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-work-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatKilledProcessesLeftIsRemovedAndNothingElse()
    {
        string Work(int number)
        {
            string work = Path.Combine(_folder, $"kernelflow-{number:x32}.part");
            Directory.CreateDirectory(Path.Combine(work, "recordings", "wide"));
            foreach (string file in (string[])["recordings/wide/run.json", "recordings/wide/checkpoint-000001.safetensors",
                $"recordings/wide/{FolderLock.FileName}",
                $"recordings/wide/kernelflow-{9:x32}.part", FolderLock.FileName]) File.WriteAllText(Path.Combine(work, file), "");
            return work;
        }
        Work(1);
        string foreign = Work(2), alive = Work(3);
        File.WriteAllText(Path.Combine(foreign, "mine.txt"), "mine");
        using (FolderLock.Take(alive))
        {
            using var work = WorkFolders.Make(new ExperimentOptions { WorkFolder = _folder });
            Assert.Equal(_folder, Path.GetDirectoryName(work.Path));
            Directory.CreateDirectory(WorkFolders.RecordingsIn(work));
            Assert.True(File.Exists(Path.Combine(alive, "recordings", "wide", "run.json")), "the work of a living process was removed");
        }
        Assert.Equal(new[] { alive, foreign }.Order(StringComparer.Ordinal), Directory.EnumerateFileSystemEntries(_folder).Order(StringComparer.Ordinal));
        Assert.Equal([Path.Combine(foreign, "mine.txt")], Directory.GetFileSystemEntries(foreign));
    }
}
