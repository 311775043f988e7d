// Made by scripts/embed-dashboard from Dashboard/dashboard.css; change that.
extension DashboardFile {
    static let dashboardCSS = DashboardFile(
        "dashboard.css",
        #"""
        :root {
          --ground: #f4f6f8;
          --card: #ffffff;
          --line: #d6dde3;
          --text: #17212b;
          --soft: #52606d;
          --accent: #0b6e75;
          --accent-text: #ffffff;
          --good: #17713a;
          --good-ground: #e2f4e8;
          --bad: #b3261e;
          --bad-ground: #fde8e6;
          --warn: #8a5300;
          --warn-ground: #fdf1dc;
          --tickets: #0b6e75;
          --suppressed: #b9861f;
          --other: #9aa7b3;
          --focus: #1a5fd0;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #0f151b;
            --card: #18212a;
            --line: #2e3b47;
            --text: #e8eef3;
            --soft: #a7b5c2;
            --accent: #3bb3b9;
            --accent-text: #06191b;
            --good: #6fd396;
            --good-ground: #14301f;
            --bad: #ff9d94;
            --bad-ground: #3c1916;
            --warn: #f3c069;
            --warn-ground: #38290d;
            --tickets: #3bb3b9;
            --suppressed: #d9a441;
            --other: #64727f;
            --focus: #8ab8ff;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0 auto;
          max-width: 84rem;
          padding: 0 1rem 3rem;
          background: var(--ground);
          color: var(--text);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        h1, h2, h3 { margin: 0; line-height: 1.25; }
        h1 { display: flex; align-items: center; gap: .5rem; font-size: 1.3rem; }
        h2 { font-size: 1.05rem; }
        h3 { font-size: .95rem; margin: 1.25rem 0 .5rem; }
        p { margin: 0; }
        a { color: var(--accent); }
        code, pre, .mono { font: .86em/1.5 ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace; }
        :focus-visible, input:focus-within { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { left: 1rem; top: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 2; }
        .hidden-text { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; padding: 1rem 0; }
        .bar .who { margin-left: auto; color: var(--soft); }
        .pill { padding: .1rem .7rem; border-radius: 1rem; background: var(--line); font-size: .87rem; font-weight: 600; }
        .pill.ok { background: var(--good-ground); color: var(--good); }
        .pill.degraded { background: var(--warn-ground); color: var(--warn); }
        .pill.failed { background: var(--bad-ground); color: var(--bad); }
        .pill.quiet { background: none; color: var(--soft); font-weight: 400; padding: 0; }
        .said:empty { display: none; }
        .said { margin-bottom: .75rem; padding: .5rem .9rem; border-radius: 8px; background: var(--good-ground); color: var(--good); }
        .said.error { background: var(--bad-ground); }
        .error { color: var(--bad); }
        .card { margin-bottom: 1rem; padding: 1rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .card > h2 { margin-bottom: .75rem; }
        .card.narrow { max-width: 26rem; margin: 3rem auto; }
        .card.warn { border-color: var(--warn); background: var(--warn-ground); }
        .card.warn ul { margin: 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
        .head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem 1rem; margin-bottom: .75rem; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 0 0 1rem; }
        .tiles div { padding: .7rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .tiles dt { color: var(--soft); font-size: .85rem; }
        .tiles dd { margin: 0; font-size: 1.55rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.25; }
        .tiles .alarm dd { color: var(--bad); }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: 0; padding: 0; list-style: none; color: var(--soft); font-size: .87rem; }
        .legend li::before { content: ""; display: inline-block; width: .75em; height: .75em; margin-right: .4em; border-radius: 2px; background: var(--other); }
        .legend .most::before { content: none; }
        .legend .tickets::before { background: var(--tickets); }
        .legend .suppressed::before { background: var(--suppressed); }
        svg.chart { display: block; width: 100%; height: 11rem; }
        svg.chart .tickets { fill: var(--tickets); }
        svg.chart .suppressed { fill: var(--suppressed); }
        svg.chart .other { fill: var(--other); }
        svg.chart line { stroke: var(--line); }
        .axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .8rem; }
        details { margin-top: .5rem; }
        summary { cursor: pointer; color: var(--soft); }
        details > div { max-height: 20rem; overflow: auto; }
        label { display: grid; gap: .15rem; color: var(--soft); font-size: .87rem; }
        input, select, textarea {
          min-height: 2.3rem; width: 100%; padding: .3rem .6rem; font: inherit; font-size: .95rem; color: var(--text);
          background: var(--ground); border: 1px solid var(--soft); border-radius: 6px;
        }
        button {
          min-height: 2.3rem; padding: .3rem .9rem; font: inherit; font-weight: 600; cursor: pointer;
          color: var(--accent-text); background: var(--accent); border: 1px solid var(--accent); border-radius: 6px;
        }
        button.plain { color: var(--accent); background: transparent; }
        button.danger { color: var(--bad); border-color: var(--bad); background: transparent; }
        button:disabled { opacity: .6; cursor: progress; }
        button.link {
          min-height: 0; padding: .1rem 0; border: 0; color: var(--accent); background: none; text-align: left;
          font-weight: 500; text-decoration: underline; text-underline-offset: 2px; overflow-wrap: anywhere;
        }
        #login-form { display: grid; gap: .75rem; }
        .filter { display: grid; grid-template-columns: 2fr 1.2fr 1fr 1.4fr 1.4fr auto; gap: .6rem; align-items: end; margin-bottom: 1rem; }
        .filter .buttons, .buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
        .silence { display: grid; grid-template-columns: repeat(5, 1fr); gap: .75rem; align-items: end; margin-top: .75rem; }
        .silence .owner { grid-column: span 2; }
        .silence .reason { grid-column: span 3; }
        .silence .wide { grid-column: 1 / -1; }
        .silence .note, .silence #silence-preview:empty { margin: 0; }
        #silence-preview:empty { display: none; }
        #silence-make { justify-self: start; }
        .note { margin: .5rem 0; color: var(--soft); }
        .note:empty { display: none; }
        table { width: 100%; border-collapse: collapse; }
        th { padding: .3rem .6rem .3rem 0; text-align: left; font-size: .82rem; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); }
        td { padding: .45rem .6rem .45rem 0; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        tbody tr:last-child td { border-bottom: 0; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        td.time, td.ticket { white-space: nowrap; font-variant-numeric: tabular-nums; }
        td .buttons { flex-wrap: nowrap; }
        td .soft, .soft { color: var(--soft); font-size: .87rem; }
        .tag { display: inline-block; padding: 0 .5rem; border-radius: 4px; background: var(--line); font-size: .85rem; white-space: nowrap; }
        .tag.ticket { background: var(--good-ground); color: var(--good); }
        .tag.fault { background: var(--bad-ground); color: var(--bad); }
        .facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1rem; margin: 0 0 1rem; }
        .facts dt { color: var(--soft); }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        .findings { margin: .75rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
        .findings:empty { display: none; }
        dialog {
          width: min(60rem, calc(100vw - 2rem)); max-height: calc(100vh - 2rem); padding: 1.1rem 1.3rem; color: var(--text);
          background: var(--card); border: 1px solid var(--line); border-radius: 12px;
        }
        dialog::backdrop { background: rgb(8 14 20 / .55); }
        dialog h2 { overflow-wrap: anywhere; }
        .way { margin: 0; padding: 0; list-style: none; border-left: 2px solid var(--line); }
        .way li { position: relative; padding: 0 0 .8rem 1.1rem; overflow-wrap: anywhere; }
        .way li::before {
          content: ""; position: absolute; left: -.44rem; top: .45rem; width: .75rem; height: .75rem; border-radius: 50%;
          background: var(--accent); border: 2px solid var(--card);
        }
        .way b { margin-right: .5rem; }
        .way code { display: block; margin-top: .15rem; color: var(--soft); }
        pre { max-height: 20rem; margin: 0; padding: .75rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--ground); border-radius: 8px; }
        @media (max-width: 60rem) {
          .filter { grid-template-columns: 1fr 1fr; }
          .filter .buttons, .silence .owner, .silence .reason { grid-column: 1 / -1; }
          .silence { grid-template-columns: 1fr 1fr; }
        }
        @media (max-width: 42rem) {
          body { padding: 0 .6rem 2rem; }
          .bar { gap: .5rem; }
          .bar .who { margin-left: 0; flex-basis: 100%; order: 9; }
          .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; }
          .card { padding: .85rem; }
          table.stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          table.stacks, table.stacks tbody, table.stacks tr, table.stacks td { display: block; }
          table.stacks tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
          table.stacks tr:last-child { border-bottom: 0; }
          table.stacks td { display: flex; gap: .6rem; padding: .12rem 0; border: 0; text-align: left; }
          table.stacks td::before { content: attr(data-label); flex: 0 0 6.5rem; color: var(--soft); font-size: .85rem; }
          table.stacks td.ticket { white-space: normal; }
          .cell { min-width: 0; }
          .filter, .silence { grid-template-columns: 1fr; }
        }
        @media (prefers-reduced-motion: no-preference) {
          tr.fresh td { animation: fresh 2.5s ease-out; }
          @keyframes fresh { from { background: var(--good-ground); } }
        }

        """#)
}
