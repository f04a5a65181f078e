import { clock, face, make } from "./dom.js";
import { at } from "./wire.js";

const LINK = /https?:\/\/[^\s，。；、！？（）【】《》“”"'<>]+/g;

/** One line of a chat as an element; `on` has what can be done with it: press, again, drop, act, call, look. */
export function bubble(line, store, on) {
  if (line.recalled) return notice(line, store);
  const mine = store.isMine(line);
  return make(
    "li",
    { class: `line ${mine ? "mine" : line.bot ? "from-bot" : "theirs"}`, "data-id": line.id },
    caller(line, mine, on),
    make("div", { class: "said" }, header(line, mine), spoken(line, store, on), buttons(line, on), fate(line, on)),
  );
}

function notice(line, store) {
  const who = store.isMine(line) ? "您" : line.name;
  return make("li", { class: "notice", "data-id": line.id }, make("bdi", {}, who), " 撤回了一条消息");
}

function caller(line, mine, on) {
  if (mine) return face({ id: line.sender, name: line.name });
  const button = make("button", { class: "face-button", type: "button", onclick: () => on.call(line) });
  button.setAttribute("aria-label", `@${line.name}`);
  button.append(face({ id: line.sender, name: line.name, bot: line.bot }));
  return button;
}

function header(line, mine) {
  return make(
    "p",
    { class: "who" },
    make("bdi", { class: mine ? "unseen" : "name" }, mine ? "我" : line.name),
    !mine && line.role !== "居民" && make("span", { class: line.bot ? "tag bot-tag" : "tag" }, line.role),
    make("time", { datetime: new Date(line.at).toISOString() }, clock(line.at)),
  );
}

function spoken(line, store, on) {
  const text = line.text || line.mentions.length ? make("p", { class: "words", dir: "auto" }, ...words(line, store)) : null;
  const more = make("button", { class: "more", type: "button", "aria-haspopup": "menu" }, "⋯");
  more.setAttribute("aria-label", `${line.name}的消息：引用、复制、撤回`);
  more.addEventListener("click", () => on.act(line, more));
  const held = make("div", { class: "bubble" }, quote(line, store), text, pictures(line, on), files(line));
  held.addEventListener("click", (event) => {
    if (!event.target.closest("a, button") && getSelection().isCollapsed) on.act(line, more);
  });
  return make("div", { class: "beside" }, held, more);
}

function quote(line, store) {
  if (!line.quote) return null;
  const quoted = store.quoted(line);
  if (!quoted) return make("blockquote", {}, "引用的消息已经不在这里了");
  if (quoted.recalled) return make("blockquote", {}, "引用的消息已撤回");
  return make("blockquote", {}, make("bdi", {}, gist(quoted)));
}

/** A line in a few words: for quotes, the list of chats, and reading aloud. */
export function gist(line, longest = 60) {
  if (line.recalled) return `${line.name} 撤回了一条消息`;
  const text = [line.text.replace(/\s+/g, " ").trim(), "[图片]".repeat(line.pictures.length), ...line.files.map(({ name }) => `[${name}]`)].join("");
  const letters = [...text];
  return `${line.name}：${letters.length > longest ? letters.slice(0, longest).join("") + "…" : text}`;
}

/** The text with names called and addresses of the web made out. The bot's calls stand in front of its text. */
function words(line, store) {
  const missing = line.mentions.filter((mention) => !line.text.includes(`@${mention.name}`));
  const front = missing.flatMap((mention) => [called(mention, store), " "]);
  const names = [...line.mentions, store.bot].map((mention) => `@${mention.name}`);
  return [...front, ...cut(line.text, names, line, store)];
}

function cut(text, names, line, store) {
  const escaped = names.sort((one, other) => other.length - one.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pieces = new RegExp(`(${escaped.join("|")}|${LINK.source})`, "g");
  return text.split(pieces).map((piece, index) => {
    if (index % 2 === 0) return piece;
    if (piece.startsWith("@")) return called(line.mentions.find((mention) => `@${mention.name}` === piece) ?? store.bot, store);
    return make("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece);
  });
}

function called({ id, name }, store) {
  return make("span", { class: id === store.me.id ? "called me-called" : "called" }, `@${name}`);
}

function pictures(line, on) {
  if (line.pictures.length === 0) return null;
  return make("div", { class: "pictures" }, ...line.pictures.map((digest, index) => {
    const name = `${line.name}发的图片${line.pictures.length > 1 ? ` ${index + 1}` : ""}`;
    const image = make("img", { src: at(`/chat/pictures/${digest}`), alt: name, loading: "lazy", width: 150, height: 150 });
    image.addEventListener("error", () => image.replaceWith(make("span", { class: "lost" }, "图片已经不在了")));
    return make("button", { type: "button", class: "picture", onclick: () => on.look(image) }, image);
  }));
}

function files(line) {
  if (line.files.length === 0) return null;
  return make("div", { class: "given" }, ...line.files.map(({ digest, name }) =>
    make("a", { class: "file", href: at(`/chat/files/${digest}`), download: name }, make("bdi", {}, name))));
}

function buttons(line, on) {
  if (line.buttons.length === 0) return null;
  const row = line.buttons.map(({ label, payload }) =>
    make("button", { type: "button", onclick: (event) => on.press(line, payload, event.currentTarget) }, label));
  return make("div", { class: "buttons" }, ...row);
}

function fate(line, on) {
  if (line.state === "sending") return make("p", { class: "fate" }, "发送中…");
  if (line.state !== "failed") return null;
  const again = make("button", { type: "button", onclick: () => on.again(line) }, "重发");
  const drop = make("button", { type: "button", class: "plain", onclick: () => on.drop(line) }, "删掉");
  return make("p", { class: "fate failed" }, make("span", {}, line.why), again, drop);
}
