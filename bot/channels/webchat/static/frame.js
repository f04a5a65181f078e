import { byId, face, make, recalled, remember } from "./dom.js";
import { post } from "./wire.js";

/** What stands around the chat: who one is, the size of the letters, the members, a picture in full. */
export function introduce({ me, demo }) {
  byId("me-face").replaceChildren(face(me));
  byId("me-name").textContent = me.name;
  byId("me-role").textContent = me.role === "居民" ? "" : me.role;
  byId("switch").hidden = !demo;
  byId("leave").hidden = demo;
  byId("leave").addEventListener("click", () => post("/chat/leave", {}).finally(() => location.assign("/")));
  byId("unmembers").addEventListener("click", () => byId("members").close());
  byId("viewer").addEventListener("click", () => byId("viewer").close());
  byId("chat").hidden = false;
}

/** Letters as large as the reader needs them, remembered by his browser. */
export function letters() {
  const button = byId("big");
  const show = (big) => {
    document.documentElement.classList.toggle("big", big);
    button.setAttribute("aria-pressed", `${big}`);
  };
  show(recalled("big", false));
  button.addEventListener("click", () => {
    const big = button.getAttribute("aria-pressed") !== "true";
    remember("big", big);
    show(big);
  });
}

export function showMembers(people) {
  const rows = people.map((person) =>
    make("li", {}, face(person), make("bdi", {}, person.name), make("span", { class: "tag" }, person.role)));
  byId("member-list").replaceChildren(...rows);
  byId("members").showModal();
}

export function showPicture(image) {
  byId("viewed").src = image.src;
  byId("viewed").alt = image.alt;
  byId("viewer").showModal();
}

/** Say so when the line is down, unless it comes back at once. */
export class Connection {
  show(state) {
    clearTimeout(this.worry);
    const status = byId("status");
    if (state === "open") status.hidden = true;
    else
      this.worry = setTimeout(() => {
        status.textContent = "连接断开，正在重新连接…";
        status.hidden = false;
      }, 1500);
  }
}
