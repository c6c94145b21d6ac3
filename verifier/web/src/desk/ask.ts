// The desk's worker is inside the file: a page opened from a disk may load nothing else.

import type { Question } from '../judge.ts';
import type { Report, Unreadable } from '../ui/report.ts';
import Judge from '../worker.ts?worker&inline';

let worker: Worker | undefined;

/** Ask the worker; questions are answered one after the other. */
export function ask(question: Question): Promise<Report | Unreadable> {
  worker ??= new Judge();
  const judge = worker;
  return new Promise((resolve, reject) => {
    judge.onmessage = (event: MessageEvent<Report | Unreadable>) => resolve(event.data);
    judge.onerror = () => reject(new Error('worker'));
    judge.postMessage(question);
  });
}
