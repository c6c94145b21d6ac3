// What a code on a label leads to. A code is a stranger's text: nothing is asked of anybody whom it names alone.

import { FilieraError } from '../../core/errors.ts';
import { buildDigitalLink, parseDigitalLink, type DigitalLink } from '../../core/gs1.ts';

/** The media type of evidence. */
const BUNDLE = 'application/vnd.filiera.bundle+json';

export interface Label {
  /** Whom the code names, with a port if it has one. */
  readonly host: string;
  /** `/01/…`: the same on every node. */
  readonly path: string;
  /** The address that the code gives, without attributes. */
  readonly address: string;
  /** Whether it leads to the node that this page comes from. */
  readonly here: boolean;
}

/** Read a GS1 Digital Link with a GTIN (01); null for any other text. */
export function labelOf(text: string, origin: string): Label | null {
  const link = linkIn(text);
  if (link?.path[0]?.[0] !== '01') return null;
  const address = buildDigitalLink(link.stem, link.path);
  const { host, origin: named } = new URL(address);
  return { host, path: address.slice(link.stem.length), address, here: named === origin };
}

function linkIn(text: string): DigitalLink | null {
  try {
    return parseDigitalLink(text);
  } catch (error) {
    if (error instanceof FilieraError) return null;
    throw error;
  }
}

/** Evidence, or the name of the sentence that says why there is none. */
export type Answer = Uint8Array | 'absent' | 'unreachable';

/** Ask for a label's evidence: of the page's own node, which may not send the question on to another host, or of an address
 *  that the person at the desk has confirmed. Sends no cookie and does not say where it comes from. */
export async function evidenceAt(address: string): Promise<Answer> {
  const mode = address.startsWith('/') ? 'same-origin' : 'cors';
  try {
    const answer = await fetch(address, { headers: { accept: BUNDLE }, mode, credentials: 'omit', referrerPolicy: 'no-referrer' });
    const found = answer.ok && answer.headers.get('content-type')?.startsWith(BUNDLE);
    return found ? new Uint8Array(await answer.arrayBuffer()) : 'absent';
  } catch {
    return 'unreachable';
  }
}
