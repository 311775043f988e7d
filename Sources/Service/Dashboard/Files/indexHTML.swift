// Made by scripts/embed-dashboard from Dashboard/index.html; change that.
extension DashboardFile {
    static let indexHTML = DashboardFile(
        "index.html",
        #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>ITP</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/assets/dashboard.css">
        <script type="module" src="/assets/main.js"></script>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the events</a>
        <header class="bar">
          <h1><img src="/assets/icon.svg" alt="" width="28" height="28"> ITP</h1>
          <p id="health" class="pill" role="status">connecting</p>
          <p id="live" class="pill quiet" role="status" hidden></p>
          <p id="who" class="who"></p>
          <button id="logout" type="button" class="plain" hidden>Log out</button>
        </header>
        <p id="said" class="said" role="status" aria-live="polite"></p>
        <noscript><p class="card">This page needs JavaScript. <code>itp explain</code> and the API work without it.</p></noscript>

        <section id="login" class="card narrow" aria-labelledby="login-title" hidden>
          <h2 id="login-title">Log in</h2>
          <form id="login-form">
            <label for="token">Admin token</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required>
            <button type="submit">Log in</button>
            <p id="login-error" class="error" role="alert"></p>
          </form>
        </section>

        <main id="main" tabindex="-1" hidden>
          <section id="reasons" class="card warn" aria-labelledby="reasons-title" hidden>
            <h2 id="reasons-title">What is wrong</h2>
            <ul id="reason-list"></ul>
          </section>

          <section id="counters" aria-labelledby="counters-title">
            <h2 id="counters-title" class="hidden-text">Counters</h2>
            <dl id="tiles" class="tiles"></dl>
          </section>

          <section id="chart" class="card" aria-labelledby="chart-title">
            <div class="head">
              <h2 id="chart-title">The last 24 hours</h2>
              <ul id="legend" class="legend"></ul>
            </div>
            <div id="chart-drawing"></div>
            <details>
              <summary>As a table</summary>
              <div id="chart-table"></div>
            </details>
          </section>

          <section id="events" class="card" aria-labelledby="events-title">
            <h2 id="events-title">Events</h2>
            <form id="filter" class="filter" role="search" aria-label="Filter events">
              <label>Subject <input name="q" type="search" placeholder="text in the subject"></label>
              <label>Disposition <select name="disposition"><option value="">any</option></select></label>
              <label>Customer <input name="org" type="search" placeholder="its ID"></label>
              <label>Agent <input name="agent" type="search" placeholder="its full name"></label>
              <label>Since <input name="since" type="datetime-local"></label>
              <div class="buttons">
                <button type="submit">Filter</button>
                <button type="reset" class="plain">All</button>
              </div>
            </form>
            <div id="event-table"></div>
            <p id="event-note" class="note" role="status"></p>
            <button id="older" type="button" class="plain" hidden>Older events</button>
          </section>

          <section id="dead" class="card" aria-labelledby="dead-title">
            <h2 id="dead-title">Dead letters</h2>
            <div id="dead-table"></div>
          </section>

          <section id="silences" class="card" aria-labelledby="silences-title">
            <h2 id="silences-title">Silences</h2>
            <div id="silence-table"></div>
            <details id="silence-new">
              <summary>Make a silence</summary>
              <form id="silence-form" class="silence" aria-label="Make a silence">
                <label>Agent <input name="agent" placeholder="with its groups, or without"></label>
                <label>Machine group <input name="group"></label>
                <label>Customer <input name="org" placeholder="its ID or name"></label>
                <label>Category <input name="category" placeholder="of the monitor, e.g. EVT"></label>
                <label>For <select name="for">
                  <option value="30m">30 minutes</option><option value="1h">1 hour</option>
                  <option value="2h" selected>2 hours</option><option value="4h">4 hours</option>
                  <option value="8h">8 hours</option><option value="1d">1 day</option><option value="7d">7 days</option>
                </select></label>
                <label class="owner">Who answers for it <input name="owner" required placeholder="a mail address is warned before its end"></label>
                <label class="reason">Why <input name="reason" required></label>
                <p class="note wide">All that is written of agent, group, customer and category must fit.</p>
                <div class="buttons wide">
                  <button type="submit">Preview</button>
                  <button type="reset" class="plain">Clear</button>
                </div>
                <div id="silence-preview" class="wide" role="status"></div>
                <button id="silence-make" type="button" hidden>Silence it</button>
              </form>
            </details>
          </section>

          <section id="lanes" class="card" aria-labelledby="lanes-title">
            <h2 id="lanes-title">Lanes and queue</h2>
            <div id="lane-table"></div>
          </section>

          <section id="config" class="card" aria-labelledby="config-title">
            <h2 id="config-title">Configuration</h2>
            <dl id="config-facts" class="facts"></dl>
            <button id="reload" type="button">Read it again</button>
            <ul id="reload-findings" class="findings"></ul>
          </section>
        </main>

        <dialog id="trace" aria-labelledby="trace-title">
          <div class="head">
            <h2 id="trace-title">Event</h2>
            <button id="trace-close" type="button" class="plain">Close</button>
          </div>
          <div id="trace-body"></div>
        </dialog>
        </body>
        </html>

        """#)
}
