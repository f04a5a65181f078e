import { gist } from "./bubbles.js";
import { byId, clock, face, make } from "./dom.js";

/** The chats, each with what was said last, what is unread and whether somebody called. */
export class Tabs {
  constructor(store, choose) {
    this.store = store;
    this.choose = choose;
    this.list = byId("tabs");
  }

  draw() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.chat : null;
    this.list.replaceChildren(...this.store.chats.map((chat) => make("li", {}, this.#tab(chat))));
    if (focused) [...this.list.querySelectorAll("button")].find((tab) => tab.dataset.chat === focused)?.focus();
    const unread = this.store.chats.reduce((sum, chat) => sum + this.store.unread(chat.address).length, 0);
    const title = this.store.chats.find((chat) => chat.address === this.store.open).title;
    document.title = `${unread ? `(${unread}) ` : ""}${title}`;
    byId("title").textContent = title;
  }

  #tab({ address, title }) {
    const unread = this.store.unread(address);
    const last = this.store.ordered(address).pop();
    const open = address === this.store.open;
    const tab = make("button", { type: "button", class: "tab", "aria-current": open ? "page" : null, onclick: () => this.choose(address) },
      face({ id: address, name: title, bot: this.store.isAlone(address), written: building(title) }),
      make("span", { class: "tab-title" }, make("bdi", {}, title)),
      last && make("time", { "aria-hidden": "true" }, clock(last.at)),
      make("span", { class: "tab-last", "aria-hidden": "true" },
        unread.some((line) => this.store.callsMe(line)) && make("em", {}, "[有人@我] "),
        make("bdi", {}, last ? gist(last, 30) : "还没有消息")),
      unread.length > 0 && !open && badge(unread.length));
    tab.dataset.chat = address;
    return tab;
  }
}

/** “3栋” of “石龙巷3栋邻里群”, so that groups can be told apart at a glance. */
function building(title) {
  return title.match(/\d{1,2}[栋幢]/)?.[0];
}

function badge(count) {
  const element = make("span", { class: "badge" }, count > 99 ? "99+" : `${count}`);
  element.append(make("span", { class: "unseen" }, " 条未读"));
  return element;
}
