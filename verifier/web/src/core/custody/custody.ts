// Closure, cycles, possession, returns (docs/verification.md §9).

import type { Values } from '../errors.ts';
import { finding, type Finding } from './findings.ts';
import type { Graph, Rest, Walk } from './graph.ts';
import { distinct, lossesOf, namesOf, totalOf, type Step } from './steps.ts';

/** Behind these stages nothing is asked for: what grows, is dug, or was waste before. */
export const RAW: ReadonlySet<string> = new Set(['fibre', 'raw-material', 'recovered-waste', 'hide']);

export function* checkCustody(graph: Graph, walk: Walk, target: string): Generator<Finding> {
  yield* closure(graph, walk, target);
  yield* origins(walk);
  yield* cycles(walk);
  for (const rest of walk.rests) yield* possession(graph, rest);
  for (const step of walk.steps) if (step.act === 'return') yield* returned(graph, step);
}

/** Every lot is made by somebody, and by one maker only. */
function* closure(graph: Graph, { steps }: Walk, target: string): Generator<Finding> {
  if (!graph.makers(target).length) yield finding('closure', 'TARGET_NOT_MADE', target);
  for (const lot of distinct([target, ...steps.flatMap(lossesOf)])) {
    const makers = new Set(graph.makers(lot).map((step) => step.holder));
    if (!makers.size && lot !== target) yield finding('closure', 'CLOSURE_OPEN', lot);
    if (makers.size > 1) yield finding('closure', 'LOT_TWO_MAKERS', lot, { makers: makers.size });
  }
}

function* origins({ steps }: Walk): Generator<Finding> {
  for (const { act, stage, digest } of steps) {
    const said: Values = stage === undefined ? {} : { stage };
    if (act === 'opening-stock') yield finding('closure', 'ORIGIN_OPENING_STOCK', digest, said);
    if (act === 'lot-declared' && !RAW.has(stage ?? '')) yield finding('closure', 'ORIGIN_NOT_RAW', digest, said);
  }
}

/** No lot is, over any number of steps, made of itself. */
function* cycles({ steps }: Walk): Generator<Finding> {
  const sources = new Map<string, Set<string>>();
  for (const step of steps) {
    for (const lot of namesOf(step, 'produced')) {
      const known = sources.get(lot) ?? new Set();
      for (const source of namesOf(step, 'consumed')) known.add(source);
      sources.set(lot, known);
    }
  }
  const before = (lot: string): Iterator<string> => distinct(sources.get(lot) ?? []).values();
  const state = new Map<string, 'open' | 'done'>();
  for (const start of distinct(sources.keys())) {
    if (state.has(start)) continue;
    state.set(start, 'open');
    const path = [{ lot: start, rest: before(start) }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done) {
        state.set(top.lot, 'done');
        path.pop();
      } else if (state.get(next.value) === 'open') {
        yield finding('closure', 'CUSTODY_CYCLE', next.value);
      } else if (!state.has(next.value)) {
        state.set(next.value, 'open');
        path.push({ lot: next.value, rest: before(next.value) });
      }
    }
  }
}

/** Nobody works or ships what he neither made nor received, nor before he had it. */
function* possession(graph: Graph, { step, lot, gains }: Rest): Generator<Finding> {
  const { digest, holder, day } = step;
  if (!gains.length && graph.makers(lot).length) {
    yield finding('possession', whyNothingShows(graph, step, lot), digest, { lot, holder });
  }
  if (gains.length && gains.every((gain) => day < gain.day)) yield finding('possession', 'TIME_ORDER', digest, { lot, day });
}

/** Never held by the holder's own account, sent to him and not answered, or simply not in the evidence. */
function whyNothingShows(graph: Graph, step: Step, lot: string): string {
  const numbers = step.entries.filter((entry) => entry.lot === lot).map((entry) => entry.lotSeq);
  if (numbers.includes(0)) return 'POSSESSION_NEVER_HELD';
  const addressed = graph.senders(lot).some((shipment) => shipment.recipient === step.holder);
  return addressed ? 'HANDOVER_NOT_ANSWERED' : 'POSSESSION_NOT_SHOWN';
}

/** What comes back had left: else whoever wants goods without a past could have them "returned" to him. */
function* returned(graph: Graph, step: Step): Generator<Finding> {
  for (const lot of namesOf(step, 'received')) {
    const out = graph.senders(lot).flatMap((each) => each.moves.filter((move) => move.lot === lot && move.effect === 'sent'));
    const back = graph.receivers(lot).flatMap((each) => each.moves.filter((move) => move.lot === lot && move.effect === 'received'));
    const [left, came] = [totalOf(out), totalOf(back)];
    const more = left && came && left.dimension === came.dimension && came.amount.gt(left.amount);
    if (!out.length || more) yield finding('possession', 'RETURN_WITHOUT_SALE', step.digest, { lot });
  }
}
