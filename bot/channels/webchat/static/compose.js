import { gist } from "./bubbles.js";
import { byId } from "./dom.js";
import { Picker } from "./picker.js";
import { Tray } from "./tray.js";

const TALLEST = 150;
const DOCUMENTS = ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.wps,.et,.dps,.ofd,.txt,.csv";

/** Where the next message is written. Each chat keeps its own beginning of one. */
export class Compose {
  constructor(store, { say, people }) {
    this.store = store;
    this.say = say;
    this.field = byId("text");
    this.drafts = new Map();
    this.quote = null;
    this.picker = new Picker(this.field, people);
    this.tray = new Tray(store.limits, { changed: () => this.#ready(), refuse: (say) => this.refuse(say) });
    this.#listen();
    this.#ready();
  }

  /** Go from the chat `left` to the one that is open now. */
  change(left) {
    if (left) this.drafts.set(left, { text: this.field.value, quote: this.quote });
    const draft = this.drafts.get(this.store.open) ?? { text: "", quote: null };
    this.field.value = draft.text;
    this.cite(draft.quote);
    const alone = this.store.isAlone(this.store.open);
    byId("at").hidden = alone;
    byId("files").accept = alone ? `image/*,${DOCUMENTS}` : "image/*";
    byId("pick").setAttribute("aria-label", alone ? "发照片或文件" : "发照片");
    this.picker.close();
    this.refuse("");
    this.#grown();
  }

  /** Quote `line` in the next message; null: nothing. */
  cite(line) {
    this.quote = line;
    byId("quoting").hidden = line === null;
    byId("quoting-text").textContent = line === null ? "" : `引用 ${gist(line)}`;
    if (line !== null) this.field.focus();
  }

  /** Show why something was not done, and what to do; empty: nothing is wrong any more. */
  refuse(say) {
    byId("refusal").textContent = say;
    byId("refusal").hidden = say === "";
  }

  #listen() {
    byId("compose").addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    byId("unquote").addEventListener("click", () => this.cite(null));
    byId("at").addEventListener("click", () => this.#at());
    byId("pick").addEventListener("click", () => byId("files").click());
    byId("files").addEventListener("change", ({ target }) => (this.#pictures(target.files), (target.value = "")));
    this.field.addEventListener("input", () => (this.refuse(""), this.#grown()));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("paste", (event) => this.#pasted(event));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => (event.preventDefault(), this.#pictures(event.dataTransfer.files)));
  }

  #key(event) {
    // While an input method is choosing characters, Enter belongs to it.
    if (event.isComposing || event.keyCode === 229 || this.picker.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape") this.cite(null);
  }

  #at() {
    const caret = this.field.selectionStart;
    this.field.setRangeText("@", caret, this.field.selectionEnd, "end");
    this.field.focus();
    this.field.dispatchEvent(new Event("input"));
  }

  #pasted(event) {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    this.#pictures(files);
  }

  #pictures(files) {
    this.refuse("");
    this.tray.add([...files], this.store.isAlone(this.store.open));
  }

  #send() {
    const text = this.field.value;
    if (!text.trim() && this.tray.isEmpty) return this.refuse("还没有写内容。写几个字或选一张照片再发。");
    if (this.tray.isBusy) return this.refuse("图片或文件还在上传，传完再点发送。");
    if ([...text].length > this.store.limits.text)
      return this.refuse(`一条消息最多 ${this.store.limits.text} 字，这条有 ${[...text].length} 字，请分几条发。`);
    this.say({ text, quote: this.quote, mentions: this.picker.mentions(text), ...this.tray.take() });
    this.picker.chosen.clear();
    this.field.value = "";
    this.cite(null);
    this.refuse("");
    this.#grown();
    this.field.focus();
  }

  #grown() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    this.#ready();
  }

  #ready() {
    const something = this.field.value.trim() !== "" || !this.tray.isEmpty;
    byId("send").classList.toggle("ready", something && !this.tray.isBusy);
  }
}
