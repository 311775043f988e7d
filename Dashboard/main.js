// The page as a whole: who one is, what is shown, and what happens when the service tells of something new.
import { byId, say } from "./dom.js";
import { get, post, whenLoginIsNeeded } from "./api.js";
import { showChart } from "./chart.js";
import { prepareDead, showDead } from "./dead.js";
import { prepareEvents, renewEvents, showEvents } from "./events.js";
import { prepareSilences, showSilences } from "./silences.js";
import { prepareStatus, showStatus } from "./status.js";
import { prepareTrace } from "./trace.js";

const eventPace = 1000;
const deadPace = 2000;
const silencePace = 5000;
const chartPace = 15000;

let isShown = false;
let stream = null;

/** Runs something at most every so often, and once more when it was asked for meanwhile. */
function paced(milliseconds, action) {
  let timer = null;
  let isWanted = false;
  const run = async () => {
    isWanted = false;
    timer = setTimeout(() => {
      timer = null;
      if (isWanted) run();
    }, milliseconds);
    try {
      await action();
    } catch (error) {
      if (error.status !== 401) say(error.message, true);
    }
  };
  return () => {
    isWanted = true;
    if (timer === null) run();
  };
}

const newEvents = paced(eventPace, renewEvents);
const newDead = paced(deadPace, showDead);
const newSilences = paced(silencePace, showSilences);
const newChart = paced(chartPace, showChart);

function showLogin() {
  stream?.close();
  byId("main").hidden = true;
  byId("logout").hidden = true;
  byId("live").hidden = true;
  byId("who").textContent = "";
  byId("health").textContent = "log in";
  byId("health").className = "pill";
  byId("login").hidden = false;
  byId("token").focus();
}

async function login(event) {
  event.preventDefault();
  byId("login-error").textContent = "";
  try {
    await post("/login", { token: byId("token").value });
    byId("token").value = "";
    // The lists are prepared once; what somebody else saw does not stay on the page.
    location.reload();
  } catch (error) {
    byId("login-error").textContent = error.status === 401 ? "That is no admin token." : error.message;
  }
}

async function logout() {
  await post("/logout");
  location.reload();
}

function listen(seesAll) {
  stream = new EventSource("/v1/stream");
  const live = byId("live");
  live.hidden = false;
  stream.addEventListener("open", () => {
    live.textContent = "live";
    // What was missed in between is read, not told again.
    newEvents();
    newDead();
    if (!seesAll) return;
    newChart();
    newSilences();
  });
  stream.addEventListener("error", () => {
    live.textContent = stream.readyState === EventSource.CLOSED ? "not live" : "connecting again";
    if (stream.readyState === EventSource.CLOSED) check();
  });
  stream.addEventListener("status", (message) => {
    const status = JSON.parse(message.data);
    showStatus(status);
    newDead();
    newSilences();
  });
  stream.addEventListener("events", () => {
    newEvents();
    if (seesAll) newChart();
    else newDead();
  });
}

/** The service has closed the stream: either one has to log in again, or it is busy. */
async function check() {
  const who = await get("/login").catch(() => null);
  if (who && who.name === null) return showLogin();
  setTimeout(() => listen(!who?.tenants), 5000);
}

async function show(who) {
  isShown = true;
  const seesAll = who.tenants === null;
  for (const id of ["counters", "chart", "silences", "lanes", "config"]) byId(id).hidden = !seesAll;
  byId("who").textContent = [
    who.name === "local" ? "this machine" : who.name, who.readOnly ? "may only look" : "",
    seesAll ? "" : `tenants: ${who.tenants.map((tenant) => tenant || "primary").join(", ")}`,
  ].filter(Boolean).join(" · ");
  byId("logout").hidden = !who.hasLogin;
  byId("main").hidden = false;
  prepareStatus(who.readOnly);
  prepareEvents();
  prepareDead(who.readOnly);
  prepareSilences(who.readOnly);
  prepareTrace(who.readOnly);
  if (!seesAll) byId("health").hidden = true;
  try {
    await Promise.all([showEvents(), showDead(), ...(seesAll ? [showChart(), showSilences()] : [])]);
  } catch (error) {
    say(error.message, true);
  }
  listen(seesAll);
  if (!seesAll) return;
  setInterval(newChart, 60000);
  // One that comes to its end tells nobody.
  setInterval(newSilences, 60000);
}

byId("login-form").addEventListener("submit", login);
byId("logout").addEventListener("click", logout);
whenLoginIsNeeded(() => {
  if (isShown) location.reload();
});
try {
  const who = await get("/login");
  if (who.name !== null) await show(who);
  else if (who.hasLogin) showLogin();
  else say(who.reason, true);
} catch (error) {
  say(error.message, true);
}
