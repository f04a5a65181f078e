/** `#id`, which the page is known to have. */
export const byId = (id) => document.getElementById(id);

/** A new element. Text goes in as text and nothing else: whatever a neighbour types stays what he typed. */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** The face of somebody: the first letter of the last word of his name (“2-1203 李姐” → 李), or what is `written`. */
export function face({ id, name, bot, written }) {
  if (bot) return make("img", { class: "face", src: "/chat/static/bot.svg", alt: "" });
  return make("span", { class: `face hue${hue(id)}`, "aria-hidden": "true" }, written ?? initial(name));
}

function initial(name) {
  const words = name.trim().split(/\s+/).reverse();
  for (const word of words) {
    const letter = word.match(/\p{L}/u);
    if (letter) return letter[0];
  }
  return [...name.trim()][0] ?? "?";
}

function hue(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % 8;
}

const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "long" });

export const clock = (at) => CLOCK.format(at);

/** “今天”, “昨天” or “6月12日星期五”. */
export function day(at, now = Date.now()) {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight && at < midnight + 86_400_000) return "今天";
  if (at < midnight && at >= midnight - 86_400_000) return "昨天";
  return DAY.format(at);
}

/** What is kept in the browser; a browser that keeps nothing is fine. */
export function recalled(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`guanjia.${key}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(`guanjia.${key}`, JSON.stringify(value));
  } catch {
    /* private browsing */
  }
}
