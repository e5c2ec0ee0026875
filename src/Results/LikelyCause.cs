namespace KernelFlow;

/// <summary>What may be wrong with a recording or with how it was analysed, told from the claims.</summary>
/// <param name="Cause">The cause, in a sentence.</param>
/// <param name="Evidence">Which claims and numbers speak for it.</param>
/// <param name="WhatToDo">How to find out, or what to change.</param>
public sealed record LikelyCause(string Cause, string Evidence, string WhatToDo);
