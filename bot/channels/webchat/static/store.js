import { recalled, remember } from "./dom.js";

/** What this page knows: who, which chats, their lines, what was read. It draws nothing; `changed` says what to draw. */
export class Store {
  constructor(start) {
    this.me = start.me;
    this.bot = start.bot;
    this.demo = start.demo;
    this.limits = start.limits;
    this.skew = start.now - Date.now();
    this.seen = 0;
    this.lines = new Map();
    this.members = new Map();
    this.read = recalled(`read.${this.me.id}`, null);
    this.changed = () => {};
    this.take(start);
    if (this.read === null) this.#readAll();
    this.open = this.chats[0].address;
  }

  take({ chats, lines, seq }) {
    this.chats = chats;
    return this.accept({ lines, seq });
  }

  /** Lines as they come from the service, new or changed. Returns those that nobody here had seen before. */
  accept({ lines, seq = 0 }) {
    const fresh = [];
    for (const line of lines) {
      this.seen = Math.max(this.seen, line.seq);
      const known = this.of(line.chat).get(line.id);
      if (known && known.seq >= line.seq && !known.state) continue;
      if (!known) fresh.push(line);
      this.put(line);
    }
    this.seen = Math.max(this.seen, seq);
    return fresh;
  }

  put(line) {
    this.of(line.chat).set(line.id, line);
    this.changed(line);
  }

  drop(line) {
    this.of(line.chat).delete(line.id);
    this.changed(line, true);
  }

  of(chat) {
    if (!this.lines.has(chat)) this.lines.set(chat, new Map());
    return this.lines.get(chat);
  }

  ordered(chat) {
    return [...this.of(chat).values()].sort(before);
  }

  quoted(line) {
    return line.quote ? (this.of(line.chat).get(line.quote) ?? null) : null;
  }

  isMine(line) {
    return line.sender === this.me.id;
  }

  callsMe(line) {
    return !this.isMine(line) && line.mentions.some((mention) => mention.id === this.me.id);
  }

  isAlone(chat) {
    return this.chats[this.chats.length - 1].address === chat;
  }

  now() {
    return Date.now() + this.skew;
  }

  mayRecall(line) {
    return this.isMine(line) && !line.state && !line.recalled && this.now() - line.at < this.limits.recall_ms;
  }

  unread(chat) {
    const read = this.read[chat] ?? 0;
    return this.ordered(chat).filter((line) => line.place > read && !line.recalled && !this.isMine(line));
  }

  markRead(chat) {
    const last = this.ordered(chat).filter((line) => !line.state).pop();
    if (!last || (this.read[chat] ?? 0) >= last.place) return false;
    this.read[chat] = last.place;
    remember(`read.${this.me.id}`, this.read);
    return true;
  }

  #readAll() {
    this.read = {};
    for (const { address } of this.chats) this.markRead(address);
  }
}

/** The order of a chat: as the service placed the lines; what is still on its way comes last. */
export function before(one, other) {
  return Boolean(one.state) - Boolean(other.state) || one.place - other.place;
}
