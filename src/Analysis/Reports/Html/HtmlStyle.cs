namespace KernelFlow.Analysis.Reports.Html;

/// <summary>The style sheet. Series colours are Okabe and Ito's, told apart with every common colour vision; the dark ones are the same hues, lighter.</summary>
internal static class HtmlStyle
{
    /// <summary>The whole sheet, inline in the page.</summary>
    public const string Css = """
        :root { color-scheme: light dark; --page: #ffffff; --card: #f6f7f9; --ink: #16191d; --soft: #555d68; --edge: #d5d9df; --grid: #e4e7eb;
          --s1: #0072b2; --s2: #d55e00; --s3: #009e73; --s4: #8c4a79; --good: #00694d; --bad: #b33c00; --open: #855c00; --none: #3d5a80; --code: #eceef1; }
        @media (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1c2026; --ink: #e8eaed; --soft: #a4acb8; --edge: #353b45; --grid: #2a2f37;
          --s1: #56b4e9; --s2: #f08a4b; --s3: #35c79f; --s4: #d99bc6; --good: #4fd1a9; --bad: #ff8f5c; --open: #f0b93a; --none: #9db9dd; --code: #262b33; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        main { max-width: 1060px; margin: 0 auto; padding: 24px 20px 60px; }
        h1 { font-size: 1.1rem; font-weight: 600; color: var(--soft); margin: 0 0 12px; }
        h2 { font-size: 1.25rem; margin: 40px 0 6px; }
        p { margin: 6px 0; max-width: 78ch; }
        .soft { color: var(--soft); }
        .verdict { border: 1px solid var(--edge); border-left: 8px solid var(--tone); background: var(--card); border-radius: 6px; padding: 16px 20px; }
        .verdict strong { display: block; font-size: 1.5rem; line-height: 1.3; color: var(--tone); }
        .holds { --tone: var(--good); } .violated { --tone: var(--bad); } .undecided { --tone: var(--open); } .vacuous, .measured, .notapplicable { --tone: var(--none); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin: 16px 0 0; padding: 0; }
        .tile { background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 10px 14px; }
        .tile dt { font-size: .85rem; color: var(--soft); } .tile dd { margin: 0; font-size: 1.45rem; font-weight: 600; } .tile small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft); line-height: 1.35; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 18px; margin-top: 14px; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 12px 12px 10px; break-inside: avoid; min-width: 0; }
        figure h3 { margin: 0 0 6px; font-size: 1rem; } figcaption { font-size: .86rem; color: var(--soft); }
        svg { display: block; width: 100%; height: auto; font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        svg text { fill: var(--ink); } svg .tick { fill: var(--soft); font-size: 11px; } svg .label { fill: var(--ink); font-size: 12px; } svg .key { font-size: 11.5px; }
        svg .grid { stroke: var(--grid); stroke-width: 1; } svg .minor { opacity: .5; } svg .axis { stroke: var(--soft); stroke-width: 1; } svg .rule { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 5 4; opacity: .75; }
        svg .l { fill: none; stroke-width: 1.8; } svg .dash { stroke-dasharray: 7 4; }
        svg .l.s1 { stroke: var(--s1); } svg .l.s2 { stroke: var(--s2); } svg .l.s3 { stroke: var(--s3); } svg .l.s4 { stroke: var(--s4); }
        svg .m, svg .b { stroke: var(--card); stroke-width: .5; } svg .s1 { fill: var(--s1); } svg .s2 { fill: var(--s2); } svg .s3 { fill: var(--s3); } svg .s4 { fill: var(--s4); } svg .l { fill: none; }
        svg .m { fill-opacity: .85; } svg .m:hover, svg .b:hover, svg .heat:hover { stroke: var(--ink); stroke-width: 1.5; } svg .open { fill-opacity: .35; stroke: var(--s2); stroke-width: 1.2; stroke-dasharray: 3 2; }
        svg .heat { fill: var(--s1); } svg .empty { fill: var(--page); }
        .scroll { overflow-x: auto; border: 1px solid var(--edge); border-radius: 6px; margin-top: 12px; }
        table { border-collapse: collapse; width: 100%; font-size: .88rem; } th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); } tr:last-child td { border-bottom: 0; }
        th { background: var(--card); font-weight: 600; white-space: nowrap; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.name { white-space: nowrap; } tr.told td { border-bottom: 0; } tr.why td { padding-top: 0; color: var(--soft); font-size: .82rem; }
        .chip { display: inline-block; white-space: nowrap; color: var(--tone); border: 1px solid currentColor; border-radius: 999px; padding: 0 9px; font-size: .82rem; font-weight: 600; }
        code { background: var(--code); border-radius: 4px; padding: 1px 5px; font: .86em/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; } pre { background: var(--code); border-radius: 6px; padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere; } pre code { background: none; padding: 0; }
        @media (max-width: 520px) { main { padding: 14px 10px 40px; } .verdict { padding: 12px 14px; } .verdict strong { font-size: 1.25rem; } figure { padding: 8px 6px; } .tile dd { font-size: 1.2rem; }
          svg .tick, svg .key { font-size: 12.5px; } svg .label { font-size: 13.5px; } tr.why td + td { min-width: 300px; } }
        @media print { :root { --page: #fff; --card: #fff; --ink: #000; --soft: #444; --edge: #bbb; --grid: #ddd; --s1: #0072b2; --s2: #d55e00; --s3: #009e73; --s4: #8c4a79; --good: #00694d; --bad: #b33c00; --open: #855c00; --none: #3d5a80; --code: #f3f3f3; }
          body { font-size: 11pt; } main { max-width: none; padding: 0; } .figures { grid-template-columns: 1fr 1fr; gap: 8px; } .scroll { overflow: visible; } table { font-size: 7.5pt; } th, td { padding: 2px 4px; } h2 { break-after: avoid; } }
        """;
}
