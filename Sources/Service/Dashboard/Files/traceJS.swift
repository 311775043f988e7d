// Made by scripts/embed-dashboard from Dashboard/trace.js; change that.
extension DashboardFile {
    static let traceJS = DashboardFile(
        "trace.js",
        #"""
        // One event's way: what each stage saw, what it decided, and the rule that said so.
        import { byId, el, say, time } from "./dom.js";
        import { get, post } from "./api.js";
        import { ticket } from "./events.js";

        const dialog = byId("trace");
        let mayChange = false;

        export function prepareTrace(readOnly) {
          mayChange = !readOnly;
          byId("trace-close").addEventListener("click", () => dialog.close());
          dialog.addEventListener("close", () => {
            if (location.hash.startsWith("#event=")) history.replaceState(null, "", location.pathname);
          });
          // A click beside it closes it, as people expect.
          dialog.addEventListener("click", (event) => {
            if (event.target === dialog) dialog.close();
          });
          openLinked();
          addEventListener("hashchange", openLinked);
        }

        function openLinked() {
          if (location.hash.startsWith("#event=")) openTrace(location.hash.slice(7));
        }

        export async function openTrace(id) {
          try {
            show(await get(`/v1/events/${encodeURIComponent(id)}`));
            history.replaceState(null, "", `#event=${encodeURIComponent(id)}`);
            if (!dialog.open) dialog.showModal();
          } catch (error) {
            say(error.message, true);
          }
        }

        function show(event) {
          byId("trace-title").textContent = event.subject || "(no subject)";
          const facts = [
            ["Outcome", `${event.disposition ?? "not decided"}, ${event.state}`], ["Why", event.reason ?? "–"],
            ["Received", time(event.receivedAt)], ["Source", event.source], ["Agent", event.agent || "–"],
            ["Customer", event.org || "–"], ["Tenant", event.tenant || "primary"], ["Priority", event.priority || "–"],
            ["Ticket", ticket(event.ticket)], ["Event", el("code", {}, event.id)], ["Configuration", el("code", {}, event.settings)],
          ];
          const list = el("dl", { class: "facts" }, facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
          const children = [list];
          const canRetry = mayChange && (event.disposition === "failed" || event.state === "decided");
          if (canRetry) {
            children.push(el("p", { class: "buttons" },
              el("button", { type: "button", onclick: (click) => retry(event.id, click.target) }, "Deliver it again")));
          }
          children.push(el("h3", {}, "Its way"), el("ol", { class: "way" }, event.trace.map(step)));
          children.push(el("h3", {}, "As it came"),
            event.raw === null ? el("p", { class: "note" }, "The alert is not kept any more, or is not yours to see.")
              : el("pre", { tabindex: 0, "aria-label": "The alert as it came" }, pretty(event.raw)));
          byId("trace-body").replaceChildren(...children);
        }

        function step(stage) {
          const rule = stage.rule;
          return el("li", {}, el("b", {}, stage.stage), stage.decided,
            el("div", { class: "soft" }, stage.saw),
            rule ? el("code", {}, `${rule.file}:${rule.line}  ${rule.text}`) : null);
        }

        function pretty(raw) {
          try {
            return JSON.stringify(JSON.parse(raw), null, 2);
          } catch {
            return raw;
          }
        }

        async function retry(id, button) {
          button.disabled = true;
          try {
            await post(`/v1/events/${encodeURIComponent(id)}/retry`);
            say("It is delivered again.");
            await openTrace(id);
          } catch (error) {
            say(error.message, true);
          } finally {
            button.disabled = false;
          }
        }

        """#)
}
