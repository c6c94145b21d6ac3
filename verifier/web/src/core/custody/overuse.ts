// More goods under a certificate than it certifies (docs/verification.md §13).

import type { JsonObject } from '../strictJson.ts';
import { sum, type Decimal } from './decimal28.ts';
import { finding, type Finding } from './findings.ts';
import type { History } from './history.ts';
import { grouped } from './ledger.ts';
import { namesOf, unitOf, type Move, type MoveUnit, type Step } from './steps.ts';
import { decimalOf, digestsOf, objectOf, textOf } from './subjects.ts';

/** A step and the version of a certificate that it cites. */
interface Use {
  readonly step: Step;
  readonly certificate: JsonObject;
}

/** What a certificate is for, as stated and in the base unit. */
interface Certified {
  readonly quantity: Decimal;
  readonly amount: Decimal;
  readonly unit: MoveUnit;
}

export function* checkCertificates({ graph, subjects }: History): Generator<Finding> {
  const uses = graph.steps.flatMap((step) =>
    digestsOf(step.subject, 'filiera:certificates').flatMap((digest): Use[] => {
      const certificate = subjects.get(digest);
      const limited = certificate?.type === 'Certificate' && 'quantity' in certificate;
      return limited ? [{ step, certificate }] : [];
    }),
  );
  for (const citing of grouped(uses, ({ certificate }) => nameOf(certificate)).values()) yield* overdrawn(citing);
}

/** One certificate, however often its holder writes it down: by issuer and number where that is shown. */
function nameOf(certificate: JsonObject): string {
  const number = textOf(certificate, 'number');
  return JSON.stringify(number === undefined ? [certificate.id] : [certificate.issuer ?? null, number]);
}

/** Every record that uses up the certificate is named: which of the goods are in excess, nobody can tell. */
function* overdrawn(citing: readonly Use[]): Generator<Finding> {
  const certified = citing.flatMap(({ certificate }) => certifiedBy(certificate) ?? []);
  if (!certified.length) return;
  const most = certified.reduce((greatest, each) => (each.amount.gt(greatest.amount) ? each : greatest));
  const { quantity, amount, unit } = most;
  const used = sum(newGoods(citing).flatMap((move) => (move.unit.dimension === unit.dimension ? (move.amount ?? []) : [])));
  if (!used.gt(amount)) return;
  const values = { certified: quantity.format(), used: used.div(unit.factor).format(), unit: unit.symbol };
  for (const { step, certificate } of citing) {
    const number = textOf(certificate, 'number') ?? (certificate.id as string);
    yield finding('evidence', 'CERTIFICATE_OVERDRAWN', step.digest, { number, ...values });
  }
}

function certifiedBy(certificate: JsonObject): Certified | undefined {
  const stated = objectOf(certificate, 'quantity');
  const quantity = decimalOf(stated, 'quantity');
  if (!stated || !quantity) return undefined;
  const unit = unitOf(stated.uom as string);
  return { quantity, amount: quantity.mul(unit.factor), unit };
}

/** The goods that come under a certificate, each at its first step under it: made of goods that are under it already, or
 *  passed on, they are the same goods. */
function newGoods(citing: readonly Use[]): Move[] {
  const steps = [...new Set(citing.map(({ step }) => step))];
  const made = new Set(steps.flatMap((step) => namesOf(step, 'produced')));
  const sent = new Set(steps.flatMap((step) => namesOf(step, 'sent')));
  return steps.flatMap((step) => {
    const leaving = step.moves.filter((move) => move.effect === 'sent');
    if (step.produced.length) return step.consumed.some((move) => made.has(move.lot)) ? [] : step.produced;
    if (leaving.length) return leaving.filter((move) => !made.has(move.lot));
    return step.moves.filter((move) => move.effect === 'received' && !made.has(move.lot) && !sent.has(move.lot));
  });
}
