namespace KernelFlow.Reporting;

/// <summary>One of the questions that a report answers before anything else.</summary>
/// <param name="Topic">What it is about, in a word: "recording", "theory", "inclusion", "budget", "program".</param>
/// <param name="Question">The question.</param>
/// <param name="Tone">The verdict whose colour and sign the answer has; it is not always the verdict of a claim.</param>
/// <param name="Answer">The answer in a word or three.</param>
/// <param name="Sentence">The answer as a sentence without its full stop.</param>
/// <param name="Detail">What it rests on, in full sentences.</param>
public sealed record HeadlineLine(string Topic, string Question, Verdict Tone, string Answer, string Sentence, string Detail);
