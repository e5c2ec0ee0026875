namespace KernelFlow.Reporting.Html;

/// <summary>The style sheet. Series colours are Okabe and Ito's, told apart with every common colour vision; the dark ones are the same hues,
/// lighter.</summary>
/// <remarks>Text has a contrast of at least 4.5 to what it stands on, marks and lines of at least 3, in both schemes (WCAG 2.2); a test measures
/// both.</remarks>
public static class HtmlStyle
{
    /// <summary>Colours on white.</summary>
    public const string Light = "--page: #ffffff; --card: #f6f7f9; --ink: #16191d; --soft: #555d68; --edge: #d5d9df; --grid: #e4e7eb; "
        + "--s1: #0072b2; --s2: #d55e00; --s3: #00805d; --s4: #8c4a79; --s5: #555d68; --good: #00694d; --bad: #b33c00; --open: #855c00; --none: #3d5a80; "
            + "--code: #eceef1;";

    /// <summary>Colours on black.</summary>
    public const string Dark = "--page: #14171b; --card: #1c2026; --ink: #e8eaed; --soft: #a4acb8; --edge: #353b45; --grid: #2a2f37; "
        + "--s1: #56b4e9; --s2: #f08a4b; --s3: #35c79f; --s4: #d99bc6; --s5: #a4acb8; --good: #4fd1a9; --bad: #ff8f5c; --open: #f0b93a; --none: #9db9dd; "
            + "--code: #262b33;";

    private const string Fonts = "system-ui, -apple-system, \"Segoe UI\", Roboto, \"DejaVu Sans\", sans-serif";

    /// <summary>The page around the drawings.</summary>
    public const string Page = $$"""
        :root { color-scheme: light dark; {{Light}} }
        @media (prefers-color-scheme: dark) { :root { {{Dark}} } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 {{Fonts}}; }
        main { max-width: 1100px; margin: 0 auto; padding: 24px 20px 60px; }
        h1 { font-size: 1.1rem; font-weight: 600; color: var(--soft); margin: 0 0 12px; overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; margin: 40px 0 6px; }
        p, li { margin: 6px 0; max-width: 84ch; }
        .soft { color: var(--soft); }
        a { color: inherit; }
        .verdict { border: 1px solid var(--edge); border-left: 8px solid var(--tone); background: var(--card); border-radius: 6px; padding: 16px 20px; }
        .verdict strong { display: block; font-size: 1.5rem; line-height: 1.3; color: var(--tone); }
        .holds { --tone: var(--good); } .violated { --tone: var(--bad); } .undecided { --tone: var(--open); } .vacuous, .measured,
        .notapplicable, .notcomputed { --tone: var(--none); }
        .answers { margin: 14px 0 0; } .answers > div { display: grid; grid-template-columns: minmax(190px, 15rem) 1fr; gap: 2px 16px; padding: 8px 0;
        border-top: 1px solid var(--edge); } .answers dt { font-weight: 600; } .answers dd { margin: 0; } .answers b { color: var(--tone); white-space: nowrap;
        margin-right: 6px; } .answers span { color: var(--soft); overflow-wrap: anywhere; }
        .runs th, .runs td { padding: 6px 6px; } .runs thead th { white-space: normal; } .verdict + p { margin-top: 16px; }
        .words div { display: grid; grid-template-columns: minmax(190px, 15rem) 1fr; gap: 2px 16px; padding: 4px 0; max-width: 100ch; } .words dt {
        font-weight: 600; } .words dd { margin: 0; } .words small { color: var(--soft); white-space: nowrap; }
        .causes { padding-left: 1.4rem; } .causes li { margin: 10px 0; }
        .glance { display: flex; flex-wrap: wrap; gap: 6px; list-style: none; margin: 12px 0 0; padding: 0; font-size: .82rem; }
        .glance li { margin: 0; border: 1px solid var(--edge); border-radius: 999px; padding: 1px 10px; } .glance a { text-decoration: none; }
        .glance b { color: var(--tone); font-weight: 600; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(152px, 1fr)); gap: 12px; margin: 16px 0; padding: 0; }
        .tile { background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 10px 14px; }
        .tile dt { font-size: .85rem; color: var(--soft); } .tile dd { margin: 0; font-size: 1.4rem; font-weight: 600; } .tile small {
        display: block; font-size: .8rem; font-weight: 400; color: var(--soft); line-height: 1.35; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 18px; margin-top: 14px; align-items: start; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: 12px 12px 10px; break-inside: avoid;
        min-width: 0; }
        figure h3 { margin: 0 0 6px; font-size: 1rem; } figcaption { font-size: .86rem; color: var(--soft); } .missing { color: var(--soft);
        font-size: .92rem; margin-top: 14px; }
        @media (min-width: 980px) { .figures figure:last-child:nth-child(odd) { grid-column: 1 / -1; display: grid; grid-template-columns: 1fr 1fr;
        column-gap: 24px; } .figures figure:last-child:nth-child(odd) h3 { grid-column: 1 / -1; }
        .figures figure:last-child:nth-child(odd) figcaption { align-self: center; } }
        .scroll { overflow-x: auto; border: 1px solid var(--edge); border-radius: 6px; margin-top: 12px; }
        table { border-collapse: collapse; width: 100%; font-size: .86rem; } th, td { padding: 6px 9px; text-align: left; vertical-align: top;
        border-bottom: 1px solid var(--grid); } tr:last-child > * { border-bottom: 0; }
        thead th { background: var(--card); font-weight: 600; white-space: nowrap; } tbody th { font-weight: 400; } td.n, th.n { text-align: right;
        font-variant-numeric: tabular-nums; white-space: nowrap; }
        .claims { font-size: .82rem; } .claims th, .claims td { padding: 6px 7px; } tr.told > * { border-bottom: 0; } tr.why td { padding-top: 0;
        color: var(--soft); } tr:target > * { background: var(--code); }
        .chip { display: inline-block; white-space: nowrap; color: var(--tone); border: 1px solid currentColor; border-radius: 999px; padding: 0 8px;
        font-size: .8rem; font-weight: 600; }
        code { background: var(--code); border-radius: 4px; padding: 1px 5px;
        font: .86em/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; } pre { background: var(--code);
        border-radius: 6px; padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere; } pre code { background: none; padding: 0; }
        .swatch { display: inline-block; width: 26px; height: 14px; vertical-align: -2px; margin-right: 6px; } td:last-child { overflow-wrap: anywhere; }
        """;

    /// <summary>What drawings need, on the page and in files of their own.</summary>
    public const string Drawing = $$"""
        svg { display: block; width: 100%; height: auto; font: 11px {{Fonts}}; }
        svg text { fill: var(--ink); } svg .tick { fill: var(--soft); font-size: 11px; } svg .label { fill: var(--ink); font-size: 12px; } svg .key {
        font-size: 11.5px; }
        svg .grid { stroke: var(--grid); stroke-width: 1; } svg .minor { opacity: .5; } svg .axis { stroke: var(--soft); stroke-width: 1; }
        svg .rule { stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 5 4; opacity: .75; }
        svg .l { stroke-width: 1.8; } svg .dash { stroke-dasharray: 7 4; } svg .dots { stroke-dasharray: 2 3; }
        svg .l.s1 { stroke: var(--s1); } svg .l.s2 { stroke: var(--s2); } svg .l.s3 { stroke: var(--s3); } svg .l.s4 { stroke: var(--s4); }
        svg .l.s5 { stroke: var(--s5); }
        svg .m, svg .b { stroke: var(--card); stroke-width: .5; } svg .s1 { fill: var(--s1); } svg .s2 { fill: var(--s2); } svg .s3 {
        fill: var(--s3); } svg .s4 { fill: var(--s4); } svg .s5 { fill: var(--s5); } svg .l { fill: none; }
        svg .m { fill-opacity: .85; } svg .pale { fill: var(--edge); stroke: var(--soft); stroke-width: .8; } svg .open { fill-opacity: .4;
        stroke-dasharray: 3 2; } svg .reach { stroke: var(--soft); stroke-width: 1.2; }
        svg .m:hover, svg .b:hover, svg .heat:hover { stroke: var(--ink); stroke-width: 1.5; }
        svg .m.hollow { fill: var(--card); fill-opacity: 1; stroke-width: 1.4; } svg .hollow.s1 { stroke: var(--s1); } svg .hollow.s2 { stroke: var(--s2); }
        svg .heat { fill: var(--s1); } svg .heat.cold { fill: var(--s2); } svg .part { stroke: var(--ink); stroke-width: .6; opacity: .7; }
        svg .empty { fill: var(--page); } svg .back { fill: var(--card); }
        @media (max-width: 520px) { svg .tick, svg .key { font-size: 12.5px; } svg .label { font-size: 13.5px; } }
        """;

    /// <summary>Phones and paper.</summary>
    public const string Print = $$"""
        @media (max-width: 720px) { .claims thead { display: none; } .claims tr { display: grid;
        grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 2px 10px; padding: 8px 10px; border-bottom: 1px solid var(--grid); }
        .claims tr.told { border-bottom: 0; padding-bottom: 2px; }
          .claims th, .claims td, .claims td.n { padding: 0; border: 0; text-align: left; } .claims th { grid-column: 1 / -1; font-weight: 600; }
          .claims td:nth-child(3) { grid-column: span 2; }
          .claims td[data-name]::before { content: attr(data-name); display: block; color: var(--soft); font-size: .74rem; } .claims tr.why {
          display: block; padding-top: 0; } }
        @media (max-width: 720px) { .answers > div, .words div { grid-template-columns: 1fr; } }
        @media (max-width: 520px) { main { padding: 14px 10px 40px; } .verdict { padding: 12px 14px; } .verdict strong { font-size: 1.25rem; }
        figure { padding: 8px 6px; } .tile dd { font-size: 1.2rem; } th, td { padding: 5px 6px; } thead th { white-space: normal; } table {
        font-size: .8rem; } }
        @media print { :root { color-scheme: light; {{Light}} --page: #fff; --card: #fff; --ink: #000; }
          body { font-size: 10.5pt; } main { max-width: none; padding: 0; } .figures { grid-template-columns: 1fr 1fr; gap: 8px; } .scroll {
          overflow: visible; } table { font-size: 8pt; } .claims { font-size: 7.2pt; } th, td, .claims th, .claims td { padding: 2px 4px;
          overflow-wrap: anywhere; } thead th, td.n, th.n { white-space: normal; } h2 {
          break-after: avoid; margin-top: 18px; } tr, .tile, .verdict, pre { break-inside: avoid; } thead { display: table-header-group; } * {
          print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """;

    /// <summary>A drawing as a file of its own: the style sheet inside, and a background.</summary>
    public static string Alone(string drawing)
    {
        ArgumentNullException.ThrowIfNull(drawing);
        int open = drawing.IndexOf('>') + 1;
        string style = $":root {{ {Light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {Dark} }} }}\n{Drawing}";
        return $"{drawing[..open]}\n<style>\n{style}\n</style>\n<rect class=\"back\" width=\"100%\" height=\"100%\"/>{drawing[open..]}\n";
    }
}
