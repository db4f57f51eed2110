package evidence

import (
	"crypto/sha256"
	"fmt"
	"slices"
)

// split is where RFC 6962 divides n leaves, n > 1: the largest power of two below n.
func split(n int) int {
	k := 1
	for k < n-k {
		k *= 2
	}
	return k
}

// Inclusion proves that a leaf stands at an index (from 0) in the tree over leaves: a voucher's index is its number
// less one. The proof lists the neighbouring subtrees, from the leaf upwards.
func Inclusion(leaves [][32]byte, index int) ([][32]byte, error) {
	if index < 0 || index >= len(leaves) {
		return nil, fmt.Errorf("evidence: index %d in a tree of %d leaves", index, len(leaves))
	}
	proof := [][32]byte{}
	for len(leaves) > 1 {
		k := split(len(leaves))
		if index < k {
			proof = append(proof, Root(leaves[k:]))
			leaves = leaves[:k]
		} else {
			proof = append(proof, Root(leaves[:k]))
			leaves, index = leaves[k:], index-k
		}
	}
	slices.Reverse(proof)
	return proof, nil
}

// VerifyInclusion says whether the proof shows that the tree of this size and root has the leaf at the index.
// The size must come from the same trusted place as the root.
func VerifyInclusion(root [32]byte, size int, leaf [32]byte, index int, proof [][32]byte) bool {
	if index < 0 || index >= size {
		return false
	}
	hash := leaf
	for at, last := index, size-1; ; at, last = at>>1, last>>1 {
		switch {
		case last == 0:
			return len(proof) == 0 && hash == root
		case at&1 == 0 && at == last:
			continue // the odd last subtree moves up unchanged
		case len(proof) == 0:
			return false
		case at&1 == 1:
			hash = node(proof[0], hash)
		default:
			hash = node(hash, proof[0])
		}
		proof = proof[1:]
	}
}

// Consistency proves that the tree over the first leaves is the beginning of the tree over all leaves: nothing that was
// there was changed, removed or moved. From no leaves or from all of them the proof is empty.
func Consistency(leaves [][32]byte, first int) ([][32]byte, error) {
	if first < 0 || first > len(leaves) {
		return nil, fmt.Errorf("evidence: the first %d of %d leaves", first, len(leaves))
	}
	proof := [][32]byte{}
	if first == 0 {
		return proof, nil
	}
	known := true // the subtree at hand is the whole earlier tree, whose root the verifier has
	for first < len(leaves) {
		k := split(len(leaves))
		if first <= k {
			proof = append(proof, Root(leaves[k:]))
			leaves = leaves[:k]
		} else {
			proof = append(proof, Root(leaves[:k]))
			leaves, first, known = leaves[k:], first-k, false
		}
	}
	if !known {
		proof = append(proof, Root(leaves))
	}
	slices.Reverse(proof)
	return proof, nil
}

// VerifyConsistency says whether the proof shows that the tree of the later size and root begins with the tree of the
// earlier size and root. Every tree begins with the empty one: from size 0 nothing is learnt about the later root.
func VerifyConsistency(earlier [32]byte, first int, later [32]byte, size int, proof [][32]byte) bool {
	switch {
	case first < 0 || first > size:
		return false
	case first == 0:
		return len(proof) == 0 && earlier == sha256.Sum256(nil) && (size > 0 || later == earlier)
	case first == size:
		return len(proof) == 0 && earlier == later
	}
	// The largest complete subtree at the end of the earlier tree is where both computations begin.
	at, last := first-1, size-1
	for at&1 == 1 {
		at, last = at>>1, last>>1
	}
	start := earlier
	if at > 0 { // otherwise the earlier tree is that subtree, and the proof leaves it out
		if len(proof) == 0 {
			return false
		}
		start, proof = proof[0], proof[1:]
	}
	old, whole := start, start
	for ; last > 0; at, last = at>>1, last>>1 {
		if at&1 == 0 && at == last {
			continue // the odd last subtree moves up unchanged
		}
		if len(proof) == 0 {
			return false
		}
		if at&1 == 1 {
			old, whole = node(proof[0], old), node(proof[0], whole)
		} else {
			whole = node(whole, proof[0]) // only the later tree has this neighbour
		}
		proof = proof[1:]
	}
	return len(proof) == 0 && old == earlier && whole == later
}
