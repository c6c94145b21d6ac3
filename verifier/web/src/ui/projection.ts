// Degrees to the drawing's units: an even grid, narrowed by the cosine of Italy's middle latitude.

const WEST = 6.4;
const NORTH = 47.3;
const SOUTH = 36.4;
const EAST = 18.7;
const SCALE = 36;
const NARROW = Math.cos((42 * Math.PI) / 180);

export const WIDTH = Math.round((EAST - WEST) * SCALE * NARROW);
export const HEIGHT = Math.round((NORTH - SOUTH) * SCALE);

export function project(lon: number, lat: number): [number, number] {
  return [(lon - WEST) * SCALE * NARROW, (NORTH - lat) * SCALE];
}
