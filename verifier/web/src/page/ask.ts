// The page's way to its worker: one question, one answer; the page never freezes while the phone computes.

import type { Report, Unreadable } from '../ui/report.ts';
import type { Question } from '../judge.ts';
import Judge from '../worker.ts?worker';

/** Fetch the evidence from this very node and have it judged; rejects if it cannot be fetched. The worker's program loads
 *  beside the evidence, and the worker ends after its answer. */
export async function judge(bundle: string, trust: string, chains: readonly string[]): Promise<Report | Unreadable> {
  const worker = new Judge();
  const answered = new Promise<Report | Unreadable>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<Report | Unreadable>) => resolve(event.data);
    worker.onerror = () => reject(new Error('worker'));
  });
  try {
    const asked = evidence(bundle).then((bytes) => worker.postMessage({ bundle: bytes, trust, chains } satisfies Question));
    const [report] = await Promise.all([answered, asked]);
    return report;
  } finally {
    worker.terminate();
  }
}

async function evidence(bundle: string): Promise<Uint8Array> {
  const answer = await fetch(bundle, { headers: { accept: 'application/vnd.filiera.bundle+json' } });
  if (!answer.ok) throw new Error(String(answer.status));
  return new Uint8Array(await answer.arrayBuffer());
}
