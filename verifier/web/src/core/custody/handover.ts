// Handovers: custody passes by a shipment and a receipt that answers it (docs/verification.md §10).

import { dayNumber } from './days.ts';
import { finding, type Finding } from './findings.ts';
import type { Graph, Walk } from './graph.ts';
import { sum } from './decimal28.ts';
import { isWithheld, namesOf, totalOf, type Step } from './steps.ts';

/** Both days are local; between the most distant time zones the same instant has days that differ by one. */
const DAYS_BETWEEN_ZONES = 1;

export function* checkHandovers(graph: Graph, walk: Walk, groups: ReadonlyMap<string, string>): Generator<Finding> {
  const answering = new Map<Step, Step[]>();
  for (const receipt of walk.steps) {
    const shipment = graph.answered(receipt);
    if (shipment) yield* related(shipment, receipt, groups);
    // What comes back answers no shipment; all returns of a lot are judged together (custody.ts).
    if (!namesOf(receipt, 'received').length || receipt.act === 'return') continue;
    if (!receipt.answers) {
      yield finding('handover', 'RECEIPT_ANSWERS_NOTHING', receipt.digest);
    } else if (!shipment) {
      yield finding('handover', 'HANDOVER_SHIPMENT_MISSING', receipt.digest, { shipment: receipt.answers.id });
    } else {
      answering.set(shipment, [...(answering.get(shipment) ?? []), receipt]);
      yield* pair(shipment, receipt, receipt.answers.id);
    }
  }
  for (const [shipment, receipts] of answering) yield* quantities(shipment, receipts);
}

function* pair(shipment: Step, receipt: Step, answeredId: string): Generator<Finding> {
  const { digest, day } = receipt;
  const sent = namesOf(shipment, 'sent');
  const received = namesOf(receipt, 'received');
  if (shipment.id !== answeredId) yield finding('handover', 'HANDOVER_ID_MISMATCH', digest);
  for (const lot of received) if (!sent.includes(lot)) yield finding('handover', 'HANDOVER_LOT_MISMATCH', digest, { lot });
  yield* party(shipment.recipient, receipt.holder, digest);
  if (receipt.sender !== undefined) yield* party(receipt.sender, shipment.holder, digest);
  if (dayNumber(day) < dayNumber(shipment.day) - DAYS_BETWEEN_ZONES) {
    yield finding('possession', 'TIME_ORDER', digest, { lot: received.join(', '), day });
  }
  if (shipment.signer === receipt.signer && shipment.holder !== receipt.holder) yield finding('handover', 'HANDOVER_ONE_SIGNER', digest);
}

function* party(said: string | undefined, holder: string, place: string): Generator<Finding> {
  if (said === undefined || isWithheld(holder)) yield finding('handover', 'HANDOVER_PARTY_WITHHELD', place);
  else if (said !== holder) yield finding('handover', 'HANDOVER_PARTY_MISMATCH', place, { said, holder });
}

/** What was sent against what all receipts found, lot by lot. */
function* quantities(shipment: Step, receipts: readonly Step[]): Generator<Finding> {
  const place = shipment.digest;
  const ofLot = (step: Step, effect: string, lot: string) => step.moves.filter((move) => move.lot === lot && move.effect === effect);
  for (const lot of namesOf(shipment, 'sent')) {
    const found = receipts.map((receipt) => ofLot(receipt, 'received', lot)).filter((moves) => moves.length);
    if (!found.length) continue;
    const sent = totalOf(ofLot(shipment, 'sent', lot));
    const totals = found.map(totalOf);
    if (!sent || !totals.every((total) => total !== undefined)) {
      yield finding('handover', 'HANDOVER_QUANTITY_WITHHELD', place, { lot });
    } else if (totals.some((total) => total.dimension !== sent.dimension)) {
      yield finding('handover', 'HANDOVER_UNIT_MISMATCH', place, { lot });
    } else {
      const received = sum(totals.map((total) => total.amount));
      const values = { lot, sent: sent.amount.format(), received: received.format() };
      const over = totals.length === 1 ? 'HANDOVER_OVER' : 'HANDOVER_RECEIVED_TWICE';
      if (received.lt(sent.amount)) yield finding('handover', 'HANDOVER_SHORT', place, values);
      else if (received.gt(sent.amount)) yield finding('handover', over, place, values);
    }
  }
}

/** A second signature of the same hand confirms nothing. */
function* related(shipment: Step, receipt: Step, groups: ReadonlyMap<string, string>): Generator<Finding> {
  // The group of a pseudonym is the URN of its member, whose own membership need not name one.
  const group = groups.get(shipment.signer) ?? shipment.signer;
  if (shipment.signer !== receipt.signer && group === (groups.get(receipt.signer) ?? receipt.signer)) {
    yield finding('handover', 'COUNTERPARTY_RELATED', receipt.digest, { group });
  }
}
