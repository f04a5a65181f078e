import { Compose } from "./compose.js";
import { showDoor } from "./door.js";
import { byId } from "./dom.js";
import { Connection, introduce, letters, showMembers, showPicture } from "./frame.js";
import { announce, Log } from "./log.js";
import { Menu } from "./menu.js";
import { Store } from "./store.js";
import { Tabs } from "./tabs.js";
import { get, Listener, post } from "./wire.js";

/** The chat page: joins what the other files do. */
class Chat {
  constructor(start) {
    this.store = new Store(start);
    this.menu = new Menu();
    this.tabs = new Tabs(this.store, (address) => this.choose(address));
    this.log = new Log(this.store, this);
    this.compose = new Compose(this.store, { say: (message) => this.say(message), people: () => this.people() });
    this.store.changed = (line, gone) => this.log.update(line, gone);
    introduce(this.store);
    byId("who").addEventListener("click", () => this.showMembers());
    document.addEventListener("visibilitychange", () => this.read());
    this.choose(this.store.open);
    const { store } = this;
    const connection = new Connection();
    this.listener = new Listener({
      seen: () => store.seen,
      lines: (news) => this.hear(news),
      chats: () => this.reload(),
      state: (state) => connection.show(state),
      gone: (refused) => showDoor(refused),
      beat: start.limits.beat_ms,
    });
  }

  choose(address) {
    const left = this.store.open === address ? null : this.store.open;
    this.store.open = address;
    this.log.show();
    this.compose.change(left);
    byId("who").hidden = this.store.isAlone(address);
    this.tabs.draw();
    if (!this.store.isAlone(address)) this.people();
  }

  hear(news) {
    for (const line of this.store.accept(news)) if (!this.store.isMine(line)) announce(line);
    this.read();
    this.tabs.draw();
  }

  async reload() {
    const start = await get("/chat/start");
    this.store.take(start);
    if (!this.store.chats.some((chat) => chat.address === this.store.open)) this.choose(this.store.chats[0].address);
    this.tabs.draw();
    this.listener.open();
  }

  /** The reader is at the end of the open chat: what stands there is read, if anybody looks. */
  read() {
    if (!document.hidden && this.log?.stuck && this.store.markRead(this.store.open)) this.tabs.draw();
  }

  async people() {
    const { open, members, bot, me } = this.store;
    if (this.store.isAlone(open)) return [];
    if (!members.has(open)) members.set(open, await get("/chat/members", { chat: open }).catch(() => []));
    byId("who").textContent = `成员 ${members.get(open).length} 人`;
    const others = members.get(open).filter((person) => person.id !== me.id);
    return [{ ...bot, bot: true, role: "机器人" }, ...others];
  }

  say({ text, quote, mentions, pictures, files }) {
    const { me, open } = this.store;
    const key = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
    const at = this.store.now();
    const posted = { id: key, chat: open, text, quote: quote?.id ?? null, mentions: mentions.map(({ id }) => id), pictures, files };
    this.send({
      id: `${me.id}.${key}`, chat: open, sender: me.id, name: me.name, role: me.role, bot: false, text, at,
      place: at, seq: 0, quote: posted.quote, mentions, buttons: [], pictures, files, recalled: false, posted,
    });
  }

  /** One after the other, so that what was typed first is heard first. */
  send(line) {
    this.store.put({ ...line, state: "sending" });
    this.sent = (this.sent ?? Promise.resolve()).then(() => this.deliver(line));
  }

  async deliver(line) {
    try {
      this.store.accept(await post("/chat/messages", line.posted));
    } catch (refused) {
      if (this.store.of(line.chat).get(line.id)?.state) this.store.put({ ...line, state: "failed", why: refused.message });
    }
    this.tabs.draw();
  }

  again(line) {
    this.send(line);
  }

  drop(line) {
    this.store.drop(line);
    this.tabs.draw();
  }

  async press(line, payload, button) {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const id = (button.pressId ??= `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 12)}`);
    try {
      await post("/chat/presses", { id, chat: line.chat, message: line.id, payload });
      button.pressId = null;
      button.classList.add("pressed");
    } catch (refused) {
      this.compose.refuse(refused.message);
    }
    button.removeAttribute("aria-busy");
  }

  act(line, anchor) {
    const items = [["引用", () => this.compose.cite(line)]];
    if (line.text) items.push(["复制", () => navigator.clipboard?.writeText(line.text).catch(() => {})]);
    if (this.store.mayRecall(line)) items.push(["撤回", () => this.recall(line)]);
    this.menu.open(anchor, line.state ? items.slice(1) : items);
  }

  async recall(line) {
    try {
      await post("/chat/recalls", { chat: line.chat, message: line.id });
    } catch (refused) {
      this.compose.refuse(refused.message);
    }
  }

  call({ sender, name, bot }) {
    if (this.store.isAlone(this.store.open)) return;
    this.compose.picker.call({ id: sender, name, bot });
  }

  look(image) {
    showPicture(image);
  }

  async showMembers() {
    const [bot, ...others] = await this.people();
    showMembers([bot, this.store.me, ...others]);
  }
}

async function begin() {
  letters();
  try {
    const chat = new Chat(await get("/chat/start"));
    chat.log.toEnd();
  } catch (refused) {
    if (refused.status === undefined) throw refused;
    if (refused.status === 401) return showDoor(refused);
    byId("door").hidden = false;
    byId("door-say").textContent = `${refused.message}正在重试…`;
    setTimeout(() => location.reload(), 3000);
  }
}

begin();
