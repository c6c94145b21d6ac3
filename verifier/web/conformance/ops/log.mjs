// Questions about the log: Merkle proofs and checkpoints.

import * as core from '../../src/core/index.ts';
import { hashes, hex, integer, text, toHex } from '../fields.mjs';

export const OPS = {
  'merkle.inclusion': (question) => {
    const [leaf, root] = [hex(question.leaf_hash), hex(question.root)];
    const proof = hashes(question.proof);
    core.verifyInclusion(leaf, integer(question, 'leaf_index'), integer(question, 'tree_size'), proof, root);
    return { valid: true };
  },
  'merkle.consistency': (question) => {
    const [root1, root2] = [hex(question.root1), hex(question.root2)];
    const proof = hashes(question.proof);
    core.verifyConsistency(integer(question, 'size1'), root1, integer(question, 'size2'), root2, proof);
    return { valid: true };
  },
  'merkle.root': (question) => ({ root: toHex(core.merkleRoot(leaves(question))) }),
  'merkle.prove': (question) => ({ proof: core.inclusionProof(leaves(question), integer(question, 'leaf_index')).map(toHex) }),
  'merkle.prove_consistency': (question) => ({ proof: core.consistencyProof(leaves(question), integer(question, 'size1')).map(toHex) }),
  'checkpoint.parse': (question) => {
    const { origin, size, root } = core.parseCheckpoint(text(question, 'text'), text(question, 'vkey'));
    return { origin, size, root: toHex(root), valid: true };
  },
};

function leaves(question) {
  return hashes(question.leaves);
}
