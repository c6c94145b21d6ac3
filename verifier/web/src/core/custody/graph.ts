// The custody graph: lots are nodes, steps are edges; and the walk behind a target (docs/verification.md §7).

import { gainsOf, lossesOf, namesOf, type Step } from './steps.ts';

/** Steps that stand: what a correction took back is not here, nor the correction. */
export class Graph {
  /** By digest. */
  readonly steps: readonly Step[];
  /** Corrections by the digest that they take back. */
  readonly takenBack: ReadonlyMap<string, Step>;
  /** Every step that was read, taken back or not. */
  readonly known: ReadonlyMap<string, Step>;
  private readonly standing: ReadonlyMap<string, Step>;
  private readonly gained = new Index();
  private readonly made = new Index();
  private readonly left = new Index();
  private readonly came = new Index();

  constructor(steps: Iterable<Step>) {
    const all = [...steps].sort((a, b) => (a.digest < b.digest ? -1 : 1));
    this.known = new Map(all.map((step) => [step.digest, step]));
    this.takenBack = corrections(all, this.known);
    this.steps = all.filter((step) => !step.corrects && !this.takenBack.has(step.digest));
    this.standing = new Map(this.steps.map((step) => [step.digest, step]));
    for (const step of this.steps) {
      for (const lot of gainsOf(step)) this.gained.put(`${lot} ${step.holder}`, step);
      for (const lot of namesOf(step, 'produced')) this.made.put(lot, step);
      for (const lot of namesOf(step, 'sent')) this.left.put(lot, step);
      for (const lot of namesOf(step, 'received')) this.came.put(lot, step);
    }
  }

  /** The step that stands under a digest. */
  step(digest: string): Step | undefined {
    return this.standing.get(digest);
  }

  makers(lot: string): readonly Step[] {
    return this.made.get(lot);
  }

  senders(lot: string): readonly Step[] {
    return this.left.get(lot);
  }

  receivers(lot: string): readonly Step[] {
    return this.came.get(lot);
  }

  /** How else the holder of a step came by a lot. */
  restsOn(step: Step, lot: string): Step[] {
    return this.gained.get(`${lot} ${step.holder}`).filter((gain) => gain !== step);
  }

  /** The shipment that a step answers, if it stands. */
  answered(step: Step): Step | undefined {
    return step.answers && this.step(step.answers.digest);
  }
}

/** A step that took or sent a lot, and the gains of its holder that this rests on. */
export interface Rest {
  readonly step: Step;
  readonly lot: string;
  readonly gains: readonly Step[];
}

export interface Walk {
  /** By digest. */
  readonly steps: readonly Step[];
  readonly rests: readonly Rest[];
}

/** All that lies behind a target, wherever it went since. */
export function walkBehind(graph: Graph, target: string): Walk {
  return walkFrom(graph, [...graph.makers(target), ...graph.receivers(target), ...graph.senders(target)]);
}

/** How a target was made, back to its origins: what a passport signs the digest of. */
export function makingOf(graph: Graph, target: string): Walk {
  return walkFrom(graph, graph.makers(target));
}

/** Back through possession; each step once, so that a cycle ends. */
function walkFrom(graph: Graph, start: readonly Step[]): Walk {
  const seen = new Set<Step>(start);
  const rests: Rest[] = [];
  // The set grows while it is gone through.
  for (const step of seen) {
    for (const lot of lossesOf(step)) {
      const gains = graph.restsOn(step, lot);
      rests.push({ step, lot, gains });
      for (const gain of gains) seen.add(gain);
    }
    const shipment = graph.answered(step);
    if (shipment) seen.add(shipment);
  }
  return { steps: [...seen].sort((a, b) => (a.digest < b.digest ? -1 : 1)), rests };
}

/** What is taken back: a correction names digest and id and has the same signer. One that was itself taken back counts
 *  all the same, for what was withdrawn is signed anew and never revived. */
function corrections(steps: readonly Step[], known: ReadonlyMap<string, Step>): Map<string, Step> {
  const found = new Map<string, Step>();
  for (const step of steps) {
    const wrong = step.corrects && known.get(step.corrects.digest);
    if (wrong && wrong.id === step.corrects.id && wrong.signer === step.signer) found.set(wrong.digest, step);
  }
  return found;
}

/** Steps by a name, in the order in which they were put. */
class Index {
  private readonly found = new Map<string, Step[]>();

  put(name: string, step: Step): void {
    const known = this.found.get(name);
    if (known) known.push(step);
    else this.found.set(name, [step]);
  }

  get(name: string): readonly Step[] {
    return this.found.get(name) ?? [];
  }
}
