// Made by scripts/embed-dashboard from Dashboard/silences.js; change that.
extension DashboardFile {
    static let silencesJS = DashboardFile(
        "silences.js",
        #"""
        // What is silenced by hand: the list, and a form that shows what a silence would have muted before it is made.
        import { byId, carefulButton, el, plural, say, Table, time } from "./dom.js";
        import { ask, get, post } from "./api.js";
        import { openTrace } from "./trace.js";

        let table;
        let mayChange = false;
        /** The fields whose preview is shown: what is made is what was looked at. */
        let previewed = null;

        export function prepareSilences(readOnly) {
          mayChange = !readOnly;
          table = new Table(byId("silence-table"), "Silences", [
            { name: "Until", class: "time" }, { name: "What" }, { name: "Why" }, { name: "What to do" },
          ], 50);
          byId("silence-new").hidden = readOnly;
          const form = byId("silence-form");
          form.addEventListener("submit", (event) => {
            event.preventDefault();
            preview();
          });
          form.addEventListener("input", forget);
          form.addEventListener("reset", forget);
          byId("silence-make").addEventListener("click", make);
        }

        export async function showSilences() {
          const { silences } = await get("/v1/silences");
          table.show(silences.map((silence) => [silence.id, JSON.stringify(silence), () => cells(silence)]),
            "None was made by hand. Those of the configuration are not listed here.");
        }

        const places = [["agent", "agent"], ["group", "group"], ["org", "customer"], ["category", "category"]];
        const place = (silence) => places.filter(([key]) => silence[key]).map(([key, word]) => `${word} ${silence[key]}`).join(", ");

        function cells(silence) {
          const isComing = new Date(silence.start) > new Date();
          return [
            time(silence.end),
            [place(silence), isComing ? el("div", { class: "soft" }, "from ", time(silence.start), " on") : null],
            [silence.reason, el("div", { class: "soft" }, silence.owner)],
            mayChange
              ? carefulButton(`End silence ${silence.id}`, "End it now?", (button) => end(silence.id, button))
              : "–",
          ];
        }

        function wanted() {
          const fields = {};
          for (const [name, value] of new FormData(byId("silence-form"))) {
            if (value.trim() !== "") fields[name] = value.trim();
          }
          return fields;
        }

        function forget() {
          previewed = null;
          byId("silence-make").hidden = true;
          byId("silence-preview").replaceChildren();
        }

        async function preview() {
          forget();
          const fields = wanted();
          try {
            const found = await post("/v1/silences/preview", fields);
            // Somebody has gone on writing meanwhile.
            if (JSON.stringify(fields) !== JSON.stringify(wanted())) return;
            previewed = fields;
            byId("silence-preview").replaceChildren(...told(found));
            byId("silence-make").hidden = false;
          } catch (error) {
            byId("silence-preview").replaceChildren(el("p", { class: "error" }, error.message));
          }
        }

        function told(found) {
          if (found.muted === 0) return [el("p", {}, "Nothing of the last 30 days would have been muted.")];
          return [
            el("p", {}, `Of the last 30 days it would have muted ${plural(found.muted, "event", "events")}, among them `
              + `${plural(found.tickets, "ticket", "tickets")}. The latest:`),
            el("ul", { class: "findings" }, found.examples.map((event) => el("li", {},
              el("button", { type: "button", class: "link", onclick: () => openTrace(event.id) }, event.subject || event.id),
              el("span", { class: "soft" }, " ", [event.agent, event.disposition].filter(Boolean).join(" · "))))),
          ];
        }

        async function make(event) {
          if (previewed === null) return;
          const button = event.target;
          button.disabled = true;
          try {
            const made = await post("/v1/silences", previewed);
            byId("silence-form").reset();
            byId("silence-new").open = false;
            say(`Silence ${made.id} is made: ${place(made)}.`);
            goToTitle();
          } catch (error) {
            say(error.message, true);
          }
          button.disabled = false;
          await showSilences();
        }

        async function end(id, button) {
          button.disabled = true;
          try {
            await ask("DELETE", `/v1/silences/${encodeURIComponent(id)}`);
            say(`Silence ${id} is over.`);
            goToTitle();
          } catch (error) {
            say(error.message, true);
          }
          button.disabled = false;
          await showSilences();
        }

        /** The button that had the focus goes with its row, or with the form. */
        function goToTitle() {
          byId("silences-title").tabIndex = -1;
          byId("silences-title").focus();
        }

        """#)
}
