extension HTMLReport {
    /// For a phone first; what is wide scrolls by itself, never the page.
    static let style = """
        :root{--pass:#1a7f37;--fail:#cf222e;--known:#9a6700;--flaky:#bc4c00;--skip:#6e7781;--error:#8250df;
        --back:#fff;--fore:#1f2328;--soft:#f0f2f5;--line:#d0d7de;--dim:#59636e}
        @media (prefers-color-scheme:dark){:root{--pass:#3fb950;--fail:#f85149;--known:#d29922;--flaky:#f0883e;
        --skip:#8b949e;--error:#a371f7;--back:#0d1117;--fore:#e6edf3;--soft:#161b22;--line:#30363d;--dim:#9198a1}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:.75rem;max-width:72rem;background:var(--back);color:var(--fore);
        font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
        h1{font-size:1.3rem;margin:.3rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .5rem;border-bottom:1px solid var(--line)}
        h3{font-size:1rem;margin:.8rem 0 .2rem}p{margin:.3rem 0}ul{padding-left:1.2rem;margin:.2rem 0}
        small,dt{color:var(--dim);font-size:.85rem}a{color:inherit}code,pre{font:13px/1.45 ui-monospace,monospace}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .8rem;margin:.5rem 0}dd{margin:0;min-width:0}
        nav a{margin-right:.8rem}.scroll{overflow-x:auto}table{border-collapse:collapse}th{text-align:left;font-weight:600}
        .badge{display:inline-block;padding:0 .5em;border-radius:1em;color:var(--back);background:var(--skip);
        font-size:.85em;white-space:nowrap}
        .badge.pass{background:var(--pass)}.badge.fail{background:var(--fail)}.badge.known{background:var(--known)}
        .badge.flaky{background:var(--flaky)}.badge.error{background:var(--error)}
        .matrix th,.matrix td{border:1px solid var(--line);padding:.35rem .5rem;vertical-align:top}
        .matrix td{padding:0;text-align:center;min-width:5.5rem;overflow-wrap:normal}
        .matrix tbody th{position:sticky;left:0;background:var(--back);min-width:7rem;max-width:12rem;font-weight:400}
        .matrix thead th{white-space:nowrap}
        .matrix td a{display:block;padding:.35rem .5rem;text-decoration:none;color:inherit}
        .matrix td small{display:block}
        .matrix td.pass{background:color-mix(in srgb,var(--pass) 30%,var(--back))}
        .matrix td.fail,.matrix td.flaky{background:color-mix(in srgb,var(--fail) calc(var(--share,100%)*.6),var(--back))}
        .matrix td.known{background:color-mix(in srgb,var(--known) 35%,var(--back))}
        .matrix td.error{background:color-mix(in srgb,var(--error) 45%,var(--back))}
        .matrix td.skip{background:var(--soft)}
        .matrix.large{font-size:.85rem}.matrix.large th,.matrix.large td a{padding:.1rem .4rem}
        .matrix.large td{min-width:3.5rem}.matrix.large tbody th{max-width:14rem}
        .timeline{list-style:none;margin:0;padding:0}
        .timeline li{display:grid;grid-template-columns:1fr max-content;gap:0 .5rem;margin-bottom:.35rem;font-size:.85rem}
        .timeline .track{grid-column:1/3;grid-row:2;background:var(--soft);height:.8rem;border-radius:3px;overflow:hidden}
        .bar{display:block;height:100%;min-width:2px;background:var(--skip)}
        .bar.pass{background:var(--pass)}.bar.fail{background:var(--fail)}.bar.known{background:var(--known)}
        .bar.flaky{background:var(--flaky)}.bar.error{background:var(--error)}
        .boot{display:block;height:100%;background:rgba(128,128,128,.75)}
        .lane{position:relative;height:1rem;margin-bottom:2px;background:var(--soft)}
        .lane .bar{position:absolute;border-right:1px solid var(--back)}
        .cell,.finding,.alike{content-visibility:auto;contain-intrinsic-size:auto 2.4rem}
        details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0;padding:.3rem .6rem}
        summary{cursor:pointer}.finding>summary,.alike>summary{font-weight:600}
        pre{overflow-x:auto;background:var(--soft);padding:.5rem;border-radius:6px;margin:.4rem 0;white-space:pre;
        overflow-wrap:normal}
        .console i{color:var(--dim);font-style:normal;user-select:none}
        .console b{font-weight:400;background:color-mix(in srgb,var(--fail) 18%,transparent)}
        .cases td{padding:.1rem .6rem .1rem 0;vertical-align:top}.cases .number{white-space:nowrap;color:var(--dim)}
        @media (min-width:50rem){.timeline li{grid-template-columns:18rem 1fr 5rem}
        .timeline .track{grid-column:2;grid-row:1}.timeline small{grid-column:3;grid-row:1}}
        """
}
