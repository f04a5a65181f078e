import { byId, face, make } from "./dom.js";

const CALLING = /[@＠]([^\s@＠]{0,20})$/;
const MOST = 50;

/** The list behind `@`: chosen with a finger, or with the arrow keys and Enter. */
export class Picker {
  constructor(field, people) {
    this.field = field;
    this.people = people;
    this.list = byId("picker");
    this.chosen = new Map();
    field.addEventListener("input", () => this.look());
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Offer those whose name holds what stands behind the last `@`. */
  async look() {
    const typed = this.#typed();
    if (typed === null) return this.close();
    const people = (await this.people()).filter(({ name }) => name.includes(typed)).slice(0, MOST);
    if (this.#typed() !== typed || people.length === 0) return this.close();
    this.list.replaceChildren(...people.map((person, index) => this.#option(person, index)));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.#point(0);
  }

  /** Whether the key was for the list. */
  key(event) {
    if (!this.isOpen) return false;
    const size = this.list.children.length;
    if (event.key === "ArrowDown") this.#point((this.at + 1) % size);
    else if (event.key === "ArrowUp") this.#point((this.at + size - 1) % size);
    else if (event.key === "Enter" || event.key === "Tab") this.list.children[this.at].click();
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Write `@name ` where the caret is. */
  call(person) {
    const before = this.field.value.slice(0, this.field.selectionStart).replace(CALLING, "");
    const after = this.field.value.slice(this.field.selectionEnd);
    const start = `${before}@${person.name} `;
    this.chosen.set(person.id, person);
    this.field.value = start + after;
    this.field.setSelectionRange(start.length, start.length);
    this.field.dispatchEvent(new Event("input"));
    this.close();
    this.field.focus();
  }

  /** Those chosen whose name still stands in `text`. */
  mentions(text) {
    return [...this.chosen.values()].filter(({ name }) => text.includes(`@${name}`));
  }

  #typed() {
    const match = this.field.value.slice(0, this.field.selectionStart).match(CALLING);
    return match ? match[1] : null;
  }

  #option(person, index) {
    return make("li", { id: `picker-${index}`, role: "option", "aria-selected": "false", onclick: () => this.call(person) },
      face(person), make("bdi", {}, person.name), make("span", { class: "tag" }, person.role));
  }

  #point(index) {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = index;
    const option = this.list.children[index];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }
}
