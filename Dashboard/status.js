// The numbers: health, counters, lanes, and the configuration's state, all from one message of the service.
import { byId, count, el, say, Table } from "./dom.js";
import { post } from "./api.js";

const ticketKinds = ["ticketed", "reopened", "delivered-by-email"];
const calmKinds = [
  "cancelled", "dropped-code", "duplicate", "redelivery", "restricted", "blacklisted", "silenced", "summarised",
  "consolidated", "flooded", "logged", "expired",
];

let lanes;
let tiles = [];

export function prepareStatus(readOnly) {
  lanes = new Table(byId("lane-table"), "Lanes", [
    { name: "Lane" }, { name: "State" }, { name: "Waiting", class: "number" }, { name: "Since the start" },
  ]);
  byId("reload").hidden = readOnly;
  byId("reload").addEventListener("click", reload);
}

export function showStatus(status) {
  const { health } = status;
  const pill = byId("health");
  pill.className = `pill ${health.status}`;
  if (pill.textContent !== health.status) pill.textContent = health.status;
  const list = byId("reason-list");
  const said = [...list.children].map((item) => item.textContent);
  if (said.join("\n") !== health.reasons.join("\n")) {
    list.replaceChildren(...health.reasons.map((reason) => el("li", {}, reason)));
  }
  byId("reasons").hidden = health.reasons.length === 0;
  showTiles(status);
  showLanes(status);
  showConfig(status);
}

function showTiles(status) {
  const sum = (kinds) => kinds.reduce((total, kind) => total + (status.dispositions[kind] ?? 0), 0);
  const waiting = Object.values(status.outbox).reduce((total, amount) => total + amount, 0);
  const values = [
    ["Accepted since the start", status.accepted, false], ["Tickets made", sum(ticketKinds), false],
    ["Suppressed", sum(calmKinds), false], ["Waiting to be decided", status.queue, false],
    ["Tickets on their way", waiting, false], ["Dead letters", status.deadLetters, status.deadLetters > 0],
  ];
  if (tiles.length === 0) {
    tiles = values.map(([name]) => {
      const amount = el("dd");
      return { box: el("div", {}, el("dt", {}, name), amount), amount };
    });
    byId("tiles").replaceChildren(...tiles.map((tile) => tile.box));
  }
  values.forEach(([, value, isAlarm], index) => {
    tiles[index].amount.textContent = count(value);
    tiles[index].box.classList.toggle("alarm", isAlarm);
  });
}

function showLanes(status) {
  const names = new Set([status.circuits, status.outbox, status.deliveries].flatMap((part) => Object.keys(part)));
  const rows = [...names].sort().map((name) => {
    const circuit = status.circuits[name];
    const results = Object.entries(status.deliveries[name] ?? {});
    const version = JSON.stringify([circuit, status.outbox[name], results]);
    return [name, version, () => [
      el("span", { class: "mono" }, name),
      circuit && circuit.state !== "closed"
        ? [el("span", { class: "tag fault" }, circuit.state), el("div", { class: "soft" }, circuit.reason ?? "")]
        : el("span", { class: "tag ticket" }, "works"),
      count(status.outbox[name]),
      results.length === 0 ? "–" : results.map(([result, amount]) => `${result} ${count(amount)}`).join(", "),
    ]];
  });
  lanes.show(rows, "There is no PSA account and no mail server in the configuration.");
}

function showConfig(status) {
  byId("config-facts").replaceChildren(
    el("dt", {}, "In use"), el("dd", {}, el("code", {}, status.settings ?? "none")),
    el("dt", {}, "Files"),
    el("dd", {}, status.refused.length === 0 ? "in use as they are" : el("ul", { class: "findings" },
      status.refused.map((reason) => el("li", { class: "error" }, reason)))));
}

async function reload(event) {
  const button = event.target;
  button.disabled = true;
  try {
    const report = await post("/admin/reload");
    byId("reload-findings").replaceChildren(...(report.findings ?? []).map((finding) => el("li", {}, words(finding))));
    say(report.accepted === false ? "The configuration is refused; the one before stays in use."
      : "The configuration is read and in use.", report.accepted === false);
  } catch (error) {
    say(error.message, true);
  } finally {
    button.disabled = false;
  }
}

const words = (finding) => `${finding.file}:${finding.line}: ${finding.severity}: ${finding.message}`;
