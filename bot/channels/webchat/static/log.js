import { bubble, gist } from "./bubbles.js";
import { byId, day, make } from "./dom.js";
import { before } from "./store.js";

const NEAR = 80;
const HINT = "还没有新消息。有事直接说，比如“2单元楼道灯不亮了”；想知道能做什么，发“帮助”。";

/** The lines of the chat that is open. It stays at the end while the reader is there and leaves him alone elsewhere. */
export class Log {
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.frame = byId("log");
    this.list = byId("lines");
    this.newer = byId("newer");
    this.newer.addEventListener("click", () => this.toEnd());
    this.frame.addEventListener("scroll", () => (this.isAtEnd() ? this.#arrived() : (this.stuck = false)), { passive: true });
    // Larger letters, a keyboard that comes up: whoever reads the end goes on reading the end.
    const sizes = new ResizeObserver(() => this.stuck && this.toEnd());
    sizes.observe(this.frame);
    sizes.observe(this.list);
  }

  /** Draw the open chat from nothing. */
  show() {
    this.below = 0;
    this.list.replaceChildren();
    for (const line of this.store.ordered(this.store.open)) this.#append(line);
    this.#finish();
    this.toEnd();
  }

  /** Draw one line that is new, changed or gone. */
  update(line, gone = false) {
    if (line.chat !== this.store.open) return;
    const stay = this.isAtEnd() || (this.store.isMine(line) && line.state === "sending");
    const old = this.#element(line.id);
    if (gone) old?.remove();
    else if (old && this.#inPlace(old, line)) old.replaceWith(this.#drawn(line));
    else this.#insert(line, old);
    for (const quoting of this.store.of(line.chat).values())
      if (quoting.quote === line.id) this.#element(quoting.id)?.replaceWith(this.#drawn(quoting));
    this.#finish();
    if (stay) this.toEnd();
    else if (!old && !gone) this.#more();
  }

  isAtEnd() {
    return this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < NEAR;
  }

  toEnd() {
    this.frame.scrollTop = this.frame.scrollHeight;
    this.#arrived();
  }

  #arrived() {
    this.stuck = true;
    this.below = 0;
    this.newer.hidden = true;
    this.on.read();
  }

  #more() {
    this.stuck = false;
    this.below += 1;
    this.newer.textContent = `↓ ${this.below} 条新消息`;
    this.newer.hidden = false;
  }

  #drawn(line) {
    const element = bubble(line, this.store, this.on);
    element.line = line;
    return element;
  }

  #append(line) {
    this.list.append(this.#drawn(line));
  }

  #insert(line, old) {
    old?.remove();
    const after = [...this.list.children].find((element) => element.line && before(line, element.line) < 0);
    this.list.insertBefore(this.#drawn(line), after ?? null);
  }

  #inPlace(element, line) {
    return element.line.place === line.place && Boolean(element.line.state) === Boolean(line.state);
  }

  #element(id) {
    return [...this.list.children].find((element) => element.dataset.id === id);
  }

  /** Put a line with the day above the first message of each day. */
  #finish() {
    for (const old of this.list.querySelectorAll(".day")) old.remove();
    let last = null;
    for (const element of [...this.list.children]) {
      const name = day(element.line.at, this.store.now());
      if (name !== last) element.before(make("li", { class: "day" }, name));
      last = name;
    }
    const empty = byId("empty");
    empty.textContent = HINT;
    empty.hidden = this.list.children.length > 0;
  }
}

/** Say a new line to those who listen instead of look. */
export function announce(line) {
  byId("announce").textContent = gist(line, 200);
}
