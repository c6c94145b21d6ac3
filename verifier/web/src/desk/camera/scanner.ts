// The camera's picture, and zxing to read it: program and WebAssembly come from this node, the pictures leave the page for nobody.

import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import program from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** Why there is no picture: the name of a sentence. */
export type Trouble = 'none' | 'refused' | 'busy' | 'insecure' | 'reader';

/** By the names of Media Capture and Streams §10.1.2; any other name is a camera that does not start. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotAllowedError: 'refused',
  SecurityError: 'refused',
};
/** Longest side of the picture that is read, in pixels: enough for a code that fills a fifth of it. */
const SIDE = 1280;
const PAUSE = 120;

let reader: Promise<unknown> | undefined;

/** The camera that looks away from the person, if there are two; otherwise what is in the way. */
export async function openCamera(): Promise<MediaStream | Trouble> {
  if (!navigator.mediaDevices) return 'insecure';
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: 'environment' }, width: { ideal: SIDE } },
      audio: false,
    });
  } catch (error) {
    return (error instanceof DOMException && TROUBLES[error.name]) || 'busy';
  }
}

/** Load zxing once; false if it did not arrive. */
export async function loadReader(): Promise<boolean> {
  reader ??= start();
  try {
    await reader;
    return true;
  } catch {
    reader = undefined;
    return false;
  }
}

/** The bytes are handed over, so that the package never goes and looks for them at its own address. */
async function start(): Promise<unknown> {
  const answer = await fetch(program, { credentials: 'omit' });
  if (!answer.ok) throw new Error(String(answer.status));
  return prepareZXingModule({ overrides: { wasmBinary: await answer.arrayBuffer() }, fireImmediately: true });
}

/** Read one picture after the other until a code is in one; null once `stopped` says so. */
export async function readFrom(video: HTMLVideoElement, stopped: () => boolean): Promise<string | null> {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  while (!stopped()) {
    const text = video.videoWidth ? await readPicture(video, canvas, pen) : undefined;
    if (text) return text;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return null;
}

async function readPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement, pen: CanvasRenderingContext2D): Promise<string | undefined> {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  pen.drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
  const [found] = await readBarcodes(picture, { formats: ['QRCode', 'DataMatrix'], maxNumberOfSymbols: 1 });
  return found?.text;
}
