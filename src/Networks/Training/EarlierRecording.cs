using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow.Networks;

/// <summary>What a recording that is to be resumed finds in its folder.</summary>
internal enum EarlierRecording
{
    /// <summary>No recording: to be started.</summary>
    None,

    /// <summary>One of which no checkpoint was completed, or an empty run.json, as a crash of the system leaves it, among files of a recording's names: to be
    /// started over them.</summary>
    CutOff,

    /// <summary>A recording with these options and at least one checkpoint: to be continued.</summary>
    Begun,
}

/// <summary>Looks for it.</summary>
internal static class EarlierRecordings
{
    private const int LongestManifest = 100_000_000;

    /// <summary>The marks that an adaptive schedule was found to have when the recording began.</summary>
    /// <exception cref="InvalidRunException">They are not there.</exception>
    public static ChosenMarks Marks(string folder, int steps)
    {
        string file = Path.Combine(folder, RunManifest.FileName);
        using var document = JsonDocument.Parse(ByteOrderMark.Skip(RegularFile.ReadAllBytes(file, LongestManifest)));
        string? fired = document.RootElement.GetProperty("metadata").TryGetProperty(AdaptiveSchedule.FiredKey, out var text) ? text.GetString() : null;
        return ChosenMarks.Parse(fired, steps)
            ?? throw new InvalidRunException($"{file}: metadata.{AdaptiveSchedule.FiredKey}: found {PrintableText.Name(fired!)}, expected the steps at which "
                + "the schedule's tests fired; record it anew.");
    }

    /// <summary>Looks into a folder.</summary>
    /// <exception cref="InvalidRunException">It holds the run of other options, or a run.json that is not one.</exception>
    public static EarlierRecording Find(string folder, RecordingOptions options)
    {
        string file = Path.Combine(folder, RunManifest.FileName);
        if (RegularFile.Kind(file) == FileKind.Missing) return EarlierRecording.None;
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadAllBytes(file, LongestManifest);
        }
        catch (UnreadableFileException e)
        {
            throw new InvalidRunException(e.Message, e);
        }
        if (bytes.Length == 0) return OwnFolder.FirstForeign(folder, isMarked: true, RunWriter.Owns) is null ? EarlierRecording.CutOff : EarlierRecording.None;
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(bytes));
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidRunException($"{file}: expected a JSON object.");
            if (RunMetadata.Difference(document.RootElement, options) is { } difference)
                throw new InvalidRunException($"{file}: cannot resume this run: {difference}.");
            bool empty = document.RootElement.TryGetProperty("checkpoints", out var list) && list.ValueKind == JsonValueKind.Array
                && list.GetArrayLength() == 0;
            return empty ? EarlierRecording.CutOff : EarlierRecording.Begun;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidRunException($"{file}: cannot resume this run: the file is not valid JSON; record it anew.", e);
        }
    }
}
