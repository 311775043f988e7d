// Made by scripts/embed-dashboard from Dashboard/events.js; change that.
extension DashboardFile {
    static let eventsJS = DashboardFile(
        "events.js",
        #"""
        // The list of events: filtered by the service, a page at a time, and renewed while its first page is shown.
        import { byId, el, Table, time } from "./dom.js";
        import { get } from "./api.js";
        import { openTrace } from "./trace.js";

        const pageSize = 50;
        /** Calls that one look through the history makes by itself; each reads 100,000 events at most. */
        const callsAtOnce = 10;

        const dispositions = [
          "ticketed", "updated", "reopened", "consolidated", "flooded", "closed", "noted", "delivered-by-email", "request-run",
          "logged", "cancelled", "dropped-code", "duplicate", "redelivery", "restricted", "blacklisted", "silenced", "expired",
          "summarised", "unparseable", "failed",
        ];
        const tickets = new Set(["ticketed", "reopened", "delivered-by-email"]);
        const faults = new Set(["failed", "unparseable"]);

        let table;
        let shown = [];
        let cursor = null;
        let hasMorePages = false;
        let turn = 0;

        export function prepareEvents() {
          table = new Table(byId("event-table"), "Events", [
            { name: "Received", class: "time" }, { name: "Event" }, { name: "Customer" }, { name: "Outcome" },
            { name: "Ticket", class: "ticket" },
          ]);
          const select = byId("filter").elements.disposition;
          select.append(...dispositions.map((word) => el("option", { value: word }, word)));
          byId("filter").addEventListener("submit", (event) => {
            event.preventDefault();
            showEvents();
          });
          byId("filter").addEventListener("reset", () => setTimeout(showEvents));
          byId("older").addEventListener("click", () => showOlder());
        }

        function query(from) {
          const wanted = new URLSearchParams();
          for (const [name, value] of new FormData(byId("filter"))) {
            const text = value.trim();
            if (text !== "") wanted.set(name, name === "since" ? new Date(text).toISOString() : text);
          }
          wanted.set("limit", pageSize);
          if (from) wanted.set("cursor", from);
          return "/v1/events?" + wanted;
        }

        /** Pages from a cursor on until there is something to show, the end, or enough has been read. */
        async function look(from) {
          let found = [];
          let next = from;
          for (let call = 0; call < callsAtOnce; call += 1) {
            const page = await get(query(next));
            found = found.concat(page.events);
            next = page.next;
            if (next === null || found.length >= pageSize / 2) break;
          }
          return { found, next };
        }

        /** The newest events that fit. */
        export async function showEvents() {
          turn += 1;
          const mine = turn;
          const { found, next } = await look(null);
          // Somebody has filtered otherwise meanwhile.
          if (mine !== turn) return;
          hasMorePages = false;
          show(found, next);
        }

        async function showOlder() {
          turn += 1;
          const mine = turn;
          byId("older").disabled = true;
          try {
            const { found, next } = await look(cursor);
            if (mine !== turn) return;
            hasMorePages = true;
            show(shown.concat(found), next);
          } finally {
            byId("older").disabled = false;
          }
        }

        /** Something has happened: the first page is read again; whoever reads further back is left alone. */
        export async function renewEvents() {
          if (!hasMorePages) await showEvents();
        }

        function show(events, next) {
          shown = events;
          cursor = next;
          table.show(events.map((event) => [event.id, JSON.stringify(event), () => cells(event)]), "No event fits.");
          byId("older").hidden = next === null;
          byId("event-note").textContent =
            events.length === 0 && next !== null ? "None of the latest events fits; there are older ones to look through." : "";
        }

        function cells(event) {
          const kind = tickets.has(event.disposition) ? "ticket" : faults.has(event.disposition) ? "fault" : "";
          return [
            time(event.receivedAt),
            [
              el("button", { type: "button", class: "link", "data-event": event.id, onclick: () => openTrace(event.id) },
                event.subject === "" ? "(no subject)" : event.subject),
              el("div", { class: "soft" }, [event.agent, event.source].filter(Boolean).join(" · ")),
            ],
            event.org || "–",
            [
              el("span", { class: `tag ${kind}` }, event.disposition ?? event.state), " ",
              el("span", { class: "soft" }, event.state),
              el("div", { class: "soft" }, event.reason ?? ""),
            ],
            ticket(event.ticket),
          ];
        }

        /** The ticket's number, as a link where its address is one. */
        export function ticket(found) {
          if (!found) return "–";
          if (!/^https?:\/\//.test(found.url ?? "")) return `${found.psa ?? ""} ${found.number}`.trim();
          return el("a", { href: found.url, rel: "noreferrer noopener", target: "_blank" }, `${found.psa ?? ""} ${found.number}`);
        }

        """#)
}
