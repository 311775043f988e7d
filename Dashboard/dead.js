// What could not be delivered, and what people decide about it.
import { byId, carefulButton, el, plural, say, Table, time } from "./dom.js";
import { get, post } from "./api.js";
import { openTrace } from "./trace.js";

/** As many as the service gives at once. */
const pageSize = 1000;

let table;
let mayChange = false;

export function prepareDead(readOnly) {
  mayChange = !readOnly;
  table = new Table(byId("dead-table"), "Dead letters", [
    { name: "Given up", class: "time" }, { name: "Order" }, { name: "Why" }, { name: "What to do" },
  ], 50, showDead);
}

/** As many as the table has room for, page by page. */
export async function showDead() {
  const letters = [];
  let page;
  do {
    const wanted = new URLSearchParams({ limit: Math.min(pageSize, table.limit - letters.length) });
    if (page) wanted.set("cursor", page.next);
    page = await get("/v1/dead?" + wanted);
    letters.push(...page.dead);
  } while (page.next !== null && letters.length < table.limit);
  table.show(letters.map((letter) => [letter.id, letter.id, () => cells(letter)]),
    "None: everything that was decided is delivered or on its way.",
    page.next === null ? letters.length : page.count);
}

function cells(letter) {
  return [
    time(letter.diedAt),
    [
      el("button", { type: "button", class: "link", onclick: () => openTrace(letter.event) }, letter.subject || letter.event),
      el("div", { class: "soft" }, `${letter.kind} · ${letter.lane} · ${plural(letter.tries, "try", "tries")}`),
    ],
    [letter.reason, letter.mayBeDone ? el("div", { class: "soft" }, "a try may have arrived") : null],
    mayChange
      ? el("div", { class: "buttons" },
        el("button", { type: "button", onclick: (event) => tend(letter.id, "retry", event.target) }, "Retry"),
        carefulButton("Drop", "Drop it for good?", (button) => tend(letter.id, "drop", button)))
      : "–",
  ];
}

async function tend(id, verb, button) {
  button.disabled = true;
  try {
    await post(`/v1/dead/${encodeURIComponent(id)}/${verb}`);
    say(verb === "retry" ? `Dead letter ${id} is delivered again.` : `Dead letter ${id} is dropped.`);
    // The button goes with its row.
    byId("dead-title").tabIndex = -1;
    byId("dead-title").focus();
  } catch (error) {
    say(error.message, true);
  }
  button.disabled = false;
  await showDead();
}
