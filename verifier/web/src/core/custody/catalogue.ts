// The limits and lists that figures and yields are judged by, as published (protocol/vocabulary/catalogue-<version>.json).

import file from '../../../../../protocol/vocabulary/catalogue-2026-2.json' with { type: 'json' };
import materialsFile from '../../../../../protocol/vocabulary/materials.json' with { type: 'json' };

export interface Area {
  readonly countries: readonly string[];
  readonly provinces?: readonly string[];
}

/** Least and most, as decimals. */
export type Band = readonly [string, string];

export interface Catalogue {
  readonly version: string;
  readonly criteria: readonly { readonly id: string }[];
  readonly areas: Readonly<Record<string, Area>>;
  readonly mrslLevel: string;
  readonly candidateList: readonly { readonly cas: string }[];
  readonly socialEvidence: Readonly<Record<string, readonly string[]>>;
  readonly minutesPerPiece: Readonly<Record<string, string>>;
  readonly yieldBands: Readonly<Record<string, Readonly<Record<string, Band>>>>;
  readonly stretch: Readonly<Record<string, string>>;
  readonly conversionTolerance: string;
  readonly moistureAllowances: Readonly<Record<string, string>>;
  readonly declaredLateDays: Readonly<Record<string, number>>;
  readonly counterpartGraceDays: number;
}

/** The newest version. */
export const CATALOGUE = file as unknown as Catalogue;
/** Every version that a passport may name: all that were ever published. */
export const VERSIONS: ReadonlyMap<string, Catalogue> = new Map([[CATALOGUE.version, CATALOGUE]]);
const FIBRES = materialsFile.fibres as Readonly<Record<string, { readonly group: string }>>;

/** The group of a fibre of the closed list. */
export function fibreGroup(fibre: string): string {
  return FIBRES[fibre].group;
}
