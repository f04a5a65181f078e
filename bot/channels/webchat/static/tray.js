import { byId, make } from "./dom.js";
import { upload } from "./wire.js";

const LONGEST_SIDE = 2560;
const SMALL = 1_500_000;

/** The pictures and files that will go with the next message: uploaded while the words are still being typed. */
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

  /** Files go to the bot alone; `alone` says whether that is the chat. */
  add(files, alone) {
    for (const file of files) {
      const isFile = !file.type.startsWith("image/");
      if (isFile && !alone) return this.refuse("文件请点开“私聊”单独发给机器人，群里只发照片和文字。");
      if (this.#count(isFile) >= (isFile ? this.limits.files : this.limits.pictures))
        return this.refuse(
          isFile ? `一条消息最多 ${this.limits.files} 个文件，其余的请再发一条。` : `一条消息最多 ${this.limits.pictures} 张图片，其余的请再发一条。`,
        );
      this.#hold(file, isFile);
    }
  }

  #count(isFile) {
    return this.held.filter((thing) => (thing.name !== null) === isFile).length;
  }

  /** The digests of the pictures, the files, and an empty tray. */
  take() {
    const pictures = this.held.filter(({ name }) => name === null).map(({ digest }) => digest);
    const files = this.held.filter(({ name }) => name !== null).map(({ digest, name }) => ({ digest, name }));
    for (const picture of [...this.held]) this.#drop(picture);
    return { pictures, files };
  }

  async #hold(file, isFile) {
    const picture = { digest: null, url: URL.createObjectURL(file), name: isFile ? file.name : null };
    const bar = make("progress", { max: 1, value: 0, "aria-label": "上传进度" });
    const drop = make("button", { type: "button", class: "round", "aria-label": isFile ? "不发这个" : "不发这张", onclick: () => this.#drop(picture) }, "✕");
    const face = isFile
      ? make("bdi", { class: "file-name" }, file.name)
      : make("img", { src: picture.url, alt: "要发的图片", width: 72, height: 72 });
    picture.element = make("li", {}, face, bar, drop);
    this.held.push(picture);
    this.list.append(picture.element);
    this.#show();
    try {
      const kept = await upload(await this.#fitting(file, isFile), (share) => (bar.value = share), picture.name);
      Object.assign(picture, { digest: kept.digest, name: isFile ? kept.name : null });
      bar.remove();
    } catch (refused) {
      this.#drop(picture);
      this.refuse(refused.message);
    }
    this.#show();
  }

  async #fitting(file, isFile) {
    const blob = file.size > SMALL && !isFile ? await smaller(file) : file;
    if (blob.size <= this.limits.picture_bytes) return blob;
    throw new Error(`${isFile ? "这个文件" : "这张图片"}超过 ${Math.round(this.limits.picture_bytes / 2 ** 20)} MB，请发小一点的。`);
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
