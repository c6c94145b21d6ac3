// What only those need who ask the chain, in one piece that the worker loads then.

export { wantedBy } from '../core/custody/wanted.ts';
export { readEndpoints } from './endpoints.ts';
