using KernelFlow.Files;

namespace KernelFlow.Validation;

/// <summary>Folders for recordings that nobody keeps.</summary>
internal static class WorkFolders
{
    private const string Recordings = "recordings/";

    /// <summary>Makes one, and removes those of dead processes.</summary>
    public static StageFolder Make(ExperimentOptions options)
    {
        string place = options.WorkFolder ?? Path.GetTempPath();
        Directory.CreateDirectory(place);
        return StageFolder.Make(place, IsOwn);
    }

    /// <summary>Where recordings are made in it.</summary>
    public static string RecordingsIn(StageFolder work) => Path.Combine(work.Path, Recordings);

    private static bool IsOwn(string file) => file.StartsWith(Recordings, StringComparison.Ordinal)
        && (file.EndsWith('/') || file.EndsWith(".safetensors", StringComparison.Ordinal) || Path.GetFileName(file) is "run.json" or FolderLock.FileName);
}
