import { make } from "./dom.js";

/** A small menu beside a message: `items` are pairs of a label and what it does. One at a time; Escape closes it. */
export class Menu {
  constructor() {
    this.element = null;
    document.addEventListener("pointerdown", (event) => this.element?.contains(event.target) || this.close());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  open(anchor, items) {
    const again = this.anchor === anchor;
    this.close();
    if (again || items.length === 0) return;
    this.anchor = anchor;
    anchor.setAttribute("aria-expanded", "true");
    const buttons = items.map(([label, act]) =>
      make("button", { type: "button", role: "menuitem", onclick: () => (this.close(), act()) }, label));
    this.element = make("div", { class: "menu", role: "menu" }, ...buttons);
    anchor.closest(".beside").append(this.element);
    this.element.scrollIntoView({ block: "nearest" });
    buttons[0].focus({ preventScroll: true });
  }

  close() {
    this.element?.remove();
    this.anchor?.setAttribute("aria-expanded", "false");
    this.element = this.anchor = null;
  }

  #key(event) {
    if (this.element === null) return;
    const buttons = [...this.element.children];
    const now = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") {
      const anchor = this.anchor;
      this.close();
      anchor.focus();
    } else if (step) {
      event.preventDefault();
      buttons[(now + step + buttons.length) % buttons.length].focus();
    }
  }
}
