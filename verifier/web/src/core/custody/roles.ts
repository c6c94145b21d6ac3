// Numbers of the ledger's vocabulary: roles and capabilities as bits (contracts/libraries/Vocabulary.sol).

const ROLES = [
  'supplier', 'brand', 'retailer', 'repairer', 'recycler', 'certifier', 'association', 'authority', 'observer',
  'technical-operator', 'coordinator',
];
export const CAPTURE = 1;
export const PASSPORTS = 2;

/** Roles as one number. */
export function bitsOf(names: readonly string[]): number {
  return [...new Set(names)].reduce((bits, name) => bits + 2 ** ROLES.indexOf(name), 0);
}

/** Whether a number of the contract has one of the bits, however large it is. */
export function hasAny(number: number, bits: number): boolean {
  return (BigInt(number) & BigInt(bits)) !== 0n;
}
