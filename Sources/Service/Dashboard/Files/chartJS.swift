// Made by scripts/embed-dashboard from Dashboard/chart.js; change that.
extension DashboardFile {
    static let chartJS = DashboardFile(
        "chart.js",
        #"""
        // The chart of the last day: a bar for each ten minutes, drawn as SVG, and the same by the hour as a table.
        import { byId, count, el, svg } from "./dom.js";
        import { get } from "./api.js";

        const height = 100;
        const kinds = [["tickets", "tickets"], ["suppressed", "suppressed"], ["other", "everything else"]];

        const parts = (slot) => ({
          tickets: slot.tickets,
          suppressed: slot.suppressed,
          other: slot.accepted - slot.tickets - slot.suppressed,
        });

        export async function showChart() {
          const { slots } = await get("/v1/chart");
          const most = Math.max(1, ...slots.map((slot) => slot.accepted));
          const bars = slots.flatMap((slot, index) => bar(parts(slot), index, most));
          const total = (name) => slots.reduce((sum, slot) => sum + parts(slot)[name], 0);
          const accepted = slots.reduce((sum, slot) => sum + slot.accepted, 0);
          const title = `${count(accepted)} accepted, ${count(total("tickets"))} tickets, ${count(total("suppressed"))} suppressed`;
          byId("chart-drawing").replaceChildren(
            svg("svg", { class: "chart", viewBox: `0 0 ${slots.length} ${height}`, preserveAspectRatio: "none", role: "img",
              "aria-label": `Events of the last 24 hours: ${title}` },
              svg("line", { x1: 0, x2: slots.length, y1: height - 0.25, y2: height - 0.25, "stroke-width": 0.5 }), ...bars),
            el("div", { class: "axis" }, ...axis(slots)));
          byId("legend").replaceChildren(
            ...kinds.map(([name, words]) => el("li", { class: name }, `${words} ${count(total(name))}`)),
            el("li", { class: "most" }, `most in ten minutes ${count(Math.max(...slots.map((slot) => slot.accepted)))}`));
          byId("chart-table").replaceChildren(table(slots));
        }

        function bar(amounts, index, most) {
          let top = height;
          return kinds.flatMap(([name]) => {
            if (amounts[name] <= 0) return [];
            // Whatever is there can be seen, however little.
            const size = Math.max(1.5, (amounts[name] / most) * (height - 4));
            top -= size;
            return [svg("rect", { class: name, x: index + 0.1, y: Math.max(0, top), width: 0.8, height: size })];
          });
        }

        const clock = (text) => new Date(text).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

        const axis = (slots) =>
          [0, 36, 72, 108].map((at) => el("span", {}, clock(slots[at].at))).concat(el("span", {}, "now"));

        function table(slots) {
          const rows = [];
          for (let at = slots.length - 6; at >= 0; at -= 6) {
            const hour = slots.slice(at, at + 6);
            const sum = (name) => count(hour.reduce((total, slot) => total + slot[name], 0));
            rows.push(el("tr", {}, el("th", { scope: "row" }, clock(hour[0].at)),
              ...["accepted", "tickets", "suppressed"].map((name) => el("td", { class: "number" }, sum(name)))));
          }
          const heads = ["From", "Accepted", "Tickets", "Suppressed"].map((name, index) =>
            el("th", { scope: "col", class: index ? "number" : null }, name));
          return el("table", { "aria-label": "Events of the last 24 hours by the hour" },
            el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows));
        }

        """#)
}
