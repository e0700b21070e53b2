// The camera: live video only, one frame at a time as a JPEG. Never a file picker.

const LONGEST = 640; // pixels; what the face engine looks at
const SETTLE = 900; // ms until exposure and focus have settled, and the person has looked up

const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no_camera",
  OverconstrainedError: "no_camera",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Why there is no picture, as the server names it: insecure, denied, no_camera, busy, unknown. */
export class NoCamera extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** One camera and the element that previews it. */
export class Camera {
  constructor() {
    this.box = document.getElementById("camera");
    this.video = document.getElementById("preview");
    this.placeholder = document.querySelector(".placeholder");
    this.opening = null;
  }

  get isOpen() {
    return Boolean(this.video.srcObject);
  }

  /** Open the camera and show its preview; throws NoCamera. */
  open() {
    this.opening ??= this.#open().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  async #open() {
    if (this.isOpen) return;
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new NoCamera("insecure");
    try {
      const wanted = { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } };
      this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      this.#show(true);
      await this.video.play();
    } catch (error) {
      this.close();
      throw new NoCamera(REASONS[error.name] ?? "unknown");
    }
    // A camera that is unplugged or taken away closes the preview.
    this.video.srcObject.getVideoTracks()[0].addEventListener("ended", () => this.close());
    await wait(SETTLE);
  }

  close() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    this.#show(false);
  }

  /** Hold the picture that was taken until it has been judged. */
  freeze() {
    this.video.pause();
  }

  /** Go on after a picture that was held. */
  resume() {
    this.video.play().catch(() => {}); // closed meanwhile: the next frame says so
  }

  #show(isOpen) {
    this.box.hidden = !isOpen;
    if (this.placeholder) this.placeholder.hidden = isOpen;
  }

  /** Return the present frame as a JPEG, its longest side bounded; throws NoCamera. */
  async frame(longest = LONGEST) {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!this.isOpen || !width) throw new NoCamera("busy");
    const scale = Math.min(1, longest / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    if (!blob) throw new NoCamera("unknown");
    return blob;
  }
}

/** Return whether the camera would open without asking. */
export async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false; // not every browser answers this question
  }
}
