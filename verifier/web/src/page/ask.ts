// The page's way to its worker: one question, one answer; the page never freezes while the phone computes.

import type { Report, Unreadable } from '../ui/report.ts';
import type { Question } from '../judge.ts';
import Judge from '../worker.ts?worker';

/** Fetch the evidence from this very node and have it judged; rejects if it cannot be fetched. */
export async function judge(bundle: string, trust: string, chains: readonly string[]): Promise<Report | Unreadable> {
  const answer = await fetch(bundle, { headers: { accept: 'application/vnd.filiera.bundle+json' } });
  if (!answer.ok) throw new Error(String(answer.status));
  return ask({ bundle: new Uint8Array(await answer.arrayBuffer()), trust, chains });
}

/** Ask the worker; it ends after its answer. */
export function ask(question: Question): Promise<Report | Unreadable> {
  const worker = new Judge();
  return new Promise<Report | Unreadable>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<Report | Unreadable>) => resolve(event.data);
    worker.onerror = () => reject(new Error('worker'));
    worker.postMessage(question);
  }).finally(() => worker.terminate());
}
