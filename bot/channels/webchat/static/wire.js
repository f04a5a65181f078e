/** Everything that goes over the net. */

const AS = new URLSearchParams(location.search).get("as");

/** What the service answered instead of doing it: `status`, and `say` for the person. No answer at all: status 0. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.say ?? "网络不通，请稍后再试。");
    this.status = status;
    this.demo = body?.demo ?? false;
  }
}

/** The address of `path`, as the person of this tab: in the demo every tab may be somebody else. */
export function at(path, given = {}) {
  const query = new URLSearchParams(given);
  if (AS !== null) query.set("as", AS);
  return `${path}?${query}`;
}

const PATIENCE = 20_000;

export async function get(path, given) {
  return answered(at(path, given), { cache: "no-store" });
}

export async function post(path, body) {
  return answered(at(path), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function answered(address, request) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  const response = await fetch(address, { ...request, signal: patience.signal }).catch(() => null);
  clearTimeout(timer);
  if (response === null) throw new Refused(0);
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) throw new Refused(response.status, body ?? { say: "服务出了点问题，请稍后再试。" });
  return body;
}

/** Post a picture, or the file of that name, as it is; `progress` hears 0 to 1. */
export function upload(blob, progress, name = null) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", name === null ? at("/chat/pictures") : at("/chat/files", { name }));
    request.responseType = "json";
    request.setRequestHeader("Content-Type", blob.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () =>
      request.status === 200 ? resolve(request.response) : reject(new Refused(request.status, request.response));
    request.onerror = () => reject(new Refused(0));
    request.send(blob);
  });
}

const HIDDEN_FOR = 60_000;
const POLL_EVERY = 20_000;
const SLOWEST = 15_000;

/**
 * Listens for as long as the page lives. `EventSource` gives up for good on a proxy's error page and notices a dead
 * line late, so connecting again is done here. A page in the background lets go of its connection, because a
 * browser has only six a host, and asks now and then instead.
 */
export class Listener {
  constructor({ seen, lines, chats, state, gone, beat }) {
    Object.assign(this, { seen, lines, chats, state, gone, silence: beat * 2.5, tries: 0 });
    document.addEventListener("visibilitychange", () => this.#seenOrNot());
    addEventListener("online", () => this.open());
    this.open();
  }

  open() {
    this.close();
    if (this.over) return;
    const source = (this.source = new EventSource(at("/chat/events", { after: this.seen() })));
    source.onopen = () => this.#alive();
    source.onerror = () => this.#again();
    for (const name of ["lines", "beat", "chats"]) {
      source.addEventListener(name, (event) => {
        this.#alive();
        if (name !== "beat") this[name](JSON.parse(event.data));
      });
    }
    this.#watch();
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
  }

  #alive() {
    this.tries = 0;
    this.state("open");
    this.#watch();
  }

  #watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#again(), this.silence);
  }

  #again() {
    this.close();
    this.state("lost");
    const wait = Math.min(SLOWEST, 500 * 2 ** this.tries++) * (0.7 + 0.6 * Math.random());
    this.timer = setTimeout(async () => {
      if (await this.#catchUp()) this.open();
      else this.#again();
    }, wait);
  }

  async #catchUp() {
    try {
      this.lines(await get("/chat/lines", { after: this.seen() }));
      return true;
    } catch (refused) {
      if (refused.status !== 401) return false;
      this.over = true;
      this.gone(refused);
      return true;
    }
  }

  #seenOrNot() {
    clearTimeout(this.rest);
    clearInterval(this.poll);
    if (!document.hidden) {
      if (this.source === null) this.open();
      return;
    }
    this.rest = setTimeout(() => {
      this.close();
      this.poll = setInterval(() => this.#catchUp(), POLL_EVERY);
    }, HIDDEN_FOR);
  }
}
