// Filiera corta: how many companies, how many hands one after the other, how far, and where (docs/criteria.md).

import type { JsonObject } from '../../strictJson.ts';
import type { Area, Catalogue } from '../catalogue.ts';
import { Decimal, ONE, ZERO } from '../decimal28.ts';
import { distinct, gainsOf, namesOf } from '../steps.ts';
import { objectOf, textOf } from '../subjects.ts';
import type { Evidence } from './evidence.ts';
import { certain, Tally, type Figure } from './figure.ts';
import { downstreamFirst } from './shares.ts';

/** Mean radius of the IUGG. */
const EARTH_KM = 6371.0088;

export function shortChain(evidence: Evidence, { areas }: Catalogue): Figure[] {
  const companies = new Set(evidence.steps.filter((step) => gainsOf(step).length).map((step) => evidence.companyOf(step.holder)));
  const all = evidence.steps.map((step) => step.digest);
  return [
    certain(companies.size, 'companies', 'companies', 'distinct-control-groups/1', all),
    certain(tiers(evidence), 'tiers', 'tiers', 'longest-chain-of-companies/1', all),
    kilometres(evidence),
    ...distinct(Object.keys(areas)).map((name) => within(evidence, name, areas[name])),
    linksProven(evidence),
  ];
}

/** Companies one after the other on the longest way from an origin to the target. */
function tiers(evidence: Evidence): number {
  // By lot, what stands for each company that made it: the tiers behind it, itself left out. A cycle adds nothing.
  const behind = new Map<string, Map<string, number>>();
  const seenFrom = (lot: string, company: string): number =>
    greatest([...(behind.get(lot) ?? [])].map(([own, count]) => count + (own === company ? 0 : 1)));
  for (const lot of downstreamFirst(evidence.target, evidence.makers).reverse()) {
    const found = new Map<string, number>();
    for (const step of evidence.makers.get(lot) ?? []) {
      const own = evidence.companyOf(step.holder);
      const most = greatest(namesOf(step, 'consumed').map((source) => seenFrom(source, own)));
      found.set(own, Math.max(found.get(own) ?? 0, most));
    }
    behind.set(lot, found);
  }
  return seenFrom(evidence.target, '');
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => Math.max(most, each), 0);
}

/** How far the average gram travelled between the places where it was worked. */
function kilometres(evidence: Evidence): Figure {
  const tally = new Tally();
  for (const step of evidence.work) {
    for (const lot of namesOf(step, 'consumed')) {
      const weight = evidence.shares.lots.get(lot) ?? ZERO;
      const maker = evidence.makers.get(lot)?.at(-1);
      if (!maker || weight.isZero) continue;
      const distance = between(evidence.placeOf(maker), evidence.placeOf(step));
      if (distance === undefined) {
        tally.lack(weight, 'PLACE_NOT_SHOWN', lot);
      } else {
        const proven = evidence.isProven(step.digest) && evidence.isProven(maker.digest);
        tally.count(weight, distance, [step.digest, maker.digest], proven);
      }
    }
  }
  return tally.sum('kilometres', 'km', 'mass-weighted-great-circle/1', 0);
}

/** Great circle in whole kilometres; undefined if a position is not shown. */
function between(one: JsonObject | undefined, other: JsonObject | undefined): Decimal | undefined {
  const [from, to] = [position(one), position(other)];
  if (!from || !to) return undefined;
  const half =
    Math.sin((to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(from.latitude) * Math.cos(to.latitude) * Math.sin((to.longitude - from.longitude) / 2) ** 2;
  return Decimal.int(roundHalfEven(2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)))));
}

function position(facility: JsonObject | undefined): { latitude: number; longitude: number } | undefined {
  const location = objectOf(facility, 'location');
  const radians = (name: string): number => (Number(textOf(location, name)) * Math.PI) / 180;
  return location && 'latitude' in location ? { latitude: radians('latitude'), longitude: radians('longitude') } : undefined;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const tie = value - floor === 0.5;
  return tie ? floor + (floor % 2) : Math.round(value);
}

/** Share of the work that was done in an area, each step counting once. */
function within(evidence: Evidence, name: string, { countries, provinces }: Area): Figure {
  const tally = new Tally();
  for (const step of evidence.work) {
    const address = objectOf(evidence.placeOf(step), 'address');
    const country = textOf(address, 'country');
    if (country === undefined) {
      tally.lack(ONE, 'PLACE_NOT_SHOWN', step.digest);
      continue;
    }
    const inside = countries.includes(country) && (!provinces || provinces.includes(textOf(address, 'province') ?? ''));
    tally.count(ONE, inside ? ONE : ZERO, [step.digest], evidence.isProven(step.digest));
  }
  return tally.average(`in-${name}`, 'share', 'share-of-steps/1');
}

/** Share of all links that more than one party stands for. */
function linksProven(evidence: Evidence): Figure {
  const tally = new Tally();
  for (const { digest } of evidence.steps) {
    const proven = evidence.isProven(digest);
    tally.count(ONE, proven ? ONE : ZERO, [digest], proven);
  }
  return tally.average('links-proven', 'share', 'share-of-steps/1');
}
