// Asks the service. Every request goes to where this page came from.

/** What the service refused, in its own words. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `the service answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

let onLogin = () => {};

/** Whom to tell that somebody has to log in. */
export function whenLoginIsNeeded(callback) {
  onLogin = callback;
}

export async function ask(method, path, body) {
  const options = { method, credentials: "same-origin", cache: "no-store", headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refusal(0, { detail: "the service does not answer" });
  }
  const text = await answer.text();
  let json = null;
  if (text !== "") {
    try {
      json = JSON.parse(text);
    } catch {
      throw new Refusal(answer.status, null);
    }
  }
  if (answer.status === 401 && path !== "/login") onLogin();
  // A configuration that is refused is told of as one that is taken.
  if (!answer.ok && !(answer.status === 422 && path === "/admin/reload")) throw new Refusal(answer.status, json);
  return json;
}

export const get = (path) => ask("GET", path);
export const post = (path, body) => ask("POST", path, body);
