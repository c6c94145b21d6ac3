// The worker: evidence in, report out.

import { judge, type Question } from './judge.ts';

self.onmessage = async (event: MessageEvent<Question>) => self.postMessage(await judge(event.data));
