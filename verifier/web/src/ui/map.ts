// Where the work was done: Italy in outline, a dot a province, a line where goods of one were worked in the other.

import italy from 'virtual:italy';

import { draw, drawSvg } from './draw.ts';
import { project } from './projection.ts';
import provinces from './provinces.json';
import type { Step } from './report.ts';
import { say, type Words } from './words.ts';

const PLACES = provinces as unknown as Readonly<Record<string, readonly [number, number]>>;
/** A name stands on the left of its dot if another dot is nearer on the right, in the drawing's units. */
const NEAR = { x: 30, y: 14 };

interface Stop {
  readonly code: string;
  readonly x: number;
  readonly y: number;
  readonly steps: number;
  readonly left: boolean;
}
type Way = readonly [from: string, to: string];

export function map(steps: readonly Step[], words: Words): HTMLElement | undefined {
  const known = steps.map((step) => step.province).filter((code): code is string => code !== null && code in PLACES);
  if (!known.length) return undefined;
  const stops = stopsOf(known);
  const ways = waysOf(steps);
  const elsewhere = steps.length - known.length;
  const told = say(words, 'map', { way: (ways.length ? ways.map((way) => way.join(' → ')) : stops.map(({ code }) => code)).join(', ') });
  const said = [told, elsewhere > 0 && say(words, 'map.elsewhere', { count: elsewhere }), say(words, 'map.source')];
  return draw('figure.map', {},
    drawSvg('svg', { viewBox: `0 0 ${italy.width} ${italy.height}`, role: 'img', 'aria-label': told },
      drawSvg('path', { class: 'land', d: italy.path }),
      ...ways.map((way) => drawSvg('path', { class: 'way', d: bow(way) })),
      ...stops.flatMap(dot)),
    draw('figcaption.fine', {}, said.filter(Boolean).join(' ')));
}

function stopsOf(known: readonly string[]): readonly Stop[] {
  const dots = [...new Set(known)].map((code) => ({ code, at: placeOf(code) }));
  return dots.map(({ code, at: [x, y] }) => ({
    ...{ code, x, y },
    steps: known.filter((each) => each === code).length,
    left: dots.some(({ at: [u, v] }) => u > x && u - x < NEAR.x && Math.abs(v - y) < NEAR.y),
  }));
}

/** From where goods came to where they were worked, each way once. */
function waysOf(steps: readonly Step[]): readonly Way[] {
  const makers = new Map(steps.flatMap((step) => step.outputs.map(({ lot }) => [lot, step.province] as const)));
  const pairs = steps.flatMap((step) => step.inputs.map((lot) => [makers.get(lot), step.province] as const));
  const drawn = pairs.filter((pair): pair is Way => pair[0] !== pair[1] && pair.every((code) => code && code in PLACES));
  return [...new Map(drawn.map((pair) => [pair.join(), pair])).values()];
}

function dot({ code, x, y, steps, left }: Stop): SVGElement[] {
  return [
    drawSvg('circle', { cx: x, cy: y, r: 3.5 + Math.sqrt(steps) }),
    drawSvg('text', { x: x + (left ? -8 : 8), y: y - 6, 'text-anchor': left ? 'end' : 'start' }, code),
  ];
}

/** Bows a little, so that the way there and the way back are two lines. */
function bow([from, to]: Way): string {
  const [[x, y], [u, v]] = [placeOf(from), placeOf(to)];
  const middle = [(x + u) / 2 - (v - y) / 5, (y + v) / 2 + (u - x) / 5];
  const [q, r, end, down] = [...middle, u, v].map((each) => each.toFixed(1));
  return `M${x.toFixed(1)} ${y.toFixed(1)}Q${q} ${r} ${end} ${down}`;
}

function placeOf(code: string): [number, number] {
  return project(...(PLACES[code] as [number, number]));
}
