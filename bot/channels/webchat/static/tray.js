import { byId, make } from "./dom.js";
import { upload } from "./wire.js";

const LONGEST_SIDE = 2560;
const SMALL = 1_500_000;

/** The pictures that will go with the next message: uploaded while the words are still being typed. */
export class Tray {
  constructor(limits, { changed, refuse }) {
    this.limits = limits;
    this.changed = changed;
    this.refuse = refuse;
    this.list = byId("tray");
    this.held = [];
  }

  get isEmpty() {
    return this.held.length === 0;
  }

  get isBusy() {
    return this.held.some((picture) => !picture.digest);
  }

  add(files) {
    for (const file of files) {
      if (this.held.length >= this.limits.pictures) {
        this.refuse(`一条消息最多 ${this.limits.pictures} 张图片，其余的请再发一条。`);
        return;
      }
      this.#hold(file);
    }
  }

  /** The digests, and an empty tray. */
  take() {
    const digests = this.held.map((picture) => picture.digest);
    for (const picture of [...this.held]) this.#drop(picture);
    return digests;
  }

  async #hold(file) {
    const picture = { digest: null, url: URL.createObjectURL(file) };
    const bar = make("progress", { max: 1, value: 0, "aria-label": "上传进度" });
    const drop = make("button", { type: "button", class: "round", "aria-label": "不发这张", onclick: () => this.#drop(picture) }, "✕");
    picture.element = make("li", {}, make("img", { src: picture.url, alt: "要发的图片", width: 72, height: 72 }), bar, drop);
    this.held.push(picture);
    this.list.append(picture.element);
    this.#show();
    try {
      const kept = await upload(await this.#fitting(file), (share) => (bar.value = share));
      picture.digest = kept.digest;
      bar.remove();
    } catch (refused) {
      this.#drop(picture);
      this.refuse(refused.message);
    }
    this.#show();
  }

  async #fitting(file) {
    const blob = file.size > SMALL ? await smaller(file) : file;
    if (blob.size <= this.limits.picture_bytes) return blob;
    throw new Error(`这张图片超过 ${Math.round(this.limits.picture_bytes / 2 ** 20)} MB，请发小一点的。`);
  }

  #drop(picture) {
    URL.revokeObjectURL(picture.url);
    picture.element.remove();
    this.held = this.held.filter((other) => other !== picture);
    this.#show();
  }

  #show() {
    this.list.hidden = this.isEmpty;
    this.changed();
  }
}

/** A big photo made smaller before it goes over a telephone's line; as it is where the browser cannot read it. */
async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}
