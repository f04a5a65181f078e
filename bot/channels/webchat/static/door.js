import { byId, face, make } from "./dom.js";
import { get } from "./wire.js";

const USED_UP = "这个链接已经用过或过期了。请找给您链接的人再要一个新的。";
const DEMO = "这是演示。选一个人进群，像在微信群里一样说话；再开一个窗口选另一个人，就能看到两边。";

/** Where nobody is known yet: the demo lets him choose who to be, the service says how to get a link. */
export async function showDoor(refused) {
  byId("chat").hidden = true;
  byId("door").hidden = false;
  const used = new URLSearchParams(location.search).get("link") === "used";
  byId("door-say").textContent = refused.demo ? DEMO : used ? USED_UP : refused.message;
  if (!refused.demo) return;
  const people = await get("/chat/people").catch(() => []);
  byId("choice").hidden = false;
  byId("search").addEventListener("input", ({ target }) => list(people, target.value));
  list(people, "");
}

function list(people, typed) {
  const wanted = typed.trim().split(/\s+/);
  const found = people.filter(({ name, role }) => wanted.every((word) => `${name} ${role}`.includes(word)));
  const groups = new Map();
  for (const person of found) groups.set(person.role, [...(groups.get(person.role) ?? []), person]);
  byId("people").replaceChildren(...[...groups].map(([role, those]) => group(role, those)));
  byId("nobody").hidden = found.length > 0;
}

function group(role, people) {
  const links = people.map((person) =>
    make("li", {}, make("a", { href: `/?as=${encodeURIComponent(person.id)}` }, face(person), make("bdi", {}, person.name))));
  return make("section", {}, make("h2", {}, `${role} `, make("small", {}, `${people.length} 人`)), make("ul", {}, ...links));
}
