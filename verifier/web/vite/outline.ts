// The outline of Italy as one SVG path, made from Natural Earth's public-domain map (package world-atlas) when the page is built.

import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import type { Plugin } from 'vite';

import { HEIGHT, project, WIDTH } from '../src/ui/projection.ts';

const ID = 'virtual:italy';
const ITALY = '380'; // ISO 3166-1 numeric
type Ring = [number, number][];

function outline(): string {
  const world = createRequire(import.meta.url)('world-atlas/countries-10m.json');
  const italy = (feature(world, world.objects.countries) as any).features.find((each: { id: string }) => each.id === ITALY);
  const rings: Ring[] = italy.geometry.coordinates.map((polygon: Ring[]) => polygon[0]);
  return rings.map(path).filter(Boolean).join('');
}

/** One coast; islands that would be a dot are left out, and so is every point that would not move the pen. */
function path(ring: Ring): string {
  const points = ring.map(([lon, lat]) => project(lon, lat).map((value) => Math.round(value)) as [number, number]);
  const moved = points.filter(([x, y], index) => index === 0 || x !== points[index - 1]![0] || y !== points[index - 1]![1]);
  if (moved.length < 6) return '';
  const steps = moved.slice(1).map(([x, y], index) => `${x - moved[index]![0]} ${y - moved[index]![1]}`);
  return `M${moved[0]!.join(' ')}l${steps.join(' ')}z`.replaceAll(' -', '-');
}

/** The module `virtual:italy`. */
export function italy(): Plugin {
  return {
    name: 'filiera-italy',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load: (id) => (id === `\0${ID}` ? `export default ${JSON.stringify({ path: outline(), width: WIDTH, height: HEIGHT })}` : undefined),
  };
}
