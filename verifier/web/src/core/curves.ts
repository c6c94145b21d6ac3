// The two curves, from the pieces of noble that verification needs: no private keys, no other curve, no hashing to curves.

import { edwards } from '@noble/curves/abstract/edwards.js';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';

/** FIPS 186-5, SP 800-186 §3.2.1.3. */
export const P256 = weierstrass({
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  h: 1n,
  a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
});

/** RFC 8032 §5.1. */
export const ED25519 = edwards({
  p: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedn,
  n: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
  h: 8n,
  a: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffecn,
  d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
  Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
});

export type P256Point = InstanceType<typeof P256>;
export type Ed25519Point = InstanceType<typeof ED25519>;

interface Precomputable<Self> {
  precompute(windowSize: number, isLazy: boolean): Self;
}

/** Bits of one window of a table: larger tables take longer to make than a hundred verifications save. */
const WINDOW = 4;
/** Uses from which a table of multiples (about the work of five verifications) pays for itself. */
const USES = 6;

P256.BASE.precompute(WINDOW);
ED25519.BASE.precompute(WINDOW);

/** Counts the uses of a point and makes its table when it pays. */
export class Used<Point extends Precomputable<Point>> {
  private readonly point: Point;
  private uses = 0;

  constructor(point: Point) {
    this.point = point;
  }

  get(): Point {
    if (++this.uses === USES) this.point.precompute(WINDOW, false);
    return this.point;
  }
}
