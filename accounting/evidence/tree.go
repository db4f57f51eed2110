package evidence

import "crypto/sha256"

// node is the hash of two subtrees. The first byte keeps it apart from a leaf.
func node(left, right [32]byte) [32]byte {
	var b [65]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}

// Root is the tree head of RFC 6962 over leaf hashes in their order. Without leaves it is SHA-256 of nothing.
func Root(leaves [][32]byte) [32]byte {
	var t Tree
	for _, l := range leaves {
		t.Append(l)
	}
	return t.Root()
}

// Tree is a growing tree that keeps no leaves: only the roots of its complete subtrees, one for each one-bit of its
// size. The zero value is empty. A copy shares them with its original, so only one of the two may grow.
type Tree struct {
	size  int
	peaks [][32]byte // of complete subtrees, larger before smaller
}

// Append adds a leaf hash at the end.
func (t *Tree) Append(leaf [32]byte) {
	// As in adding one to a binary number: each trailing one-bit is a complete subtree that finds its equal.
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.peaks) - 1
		leaf = node(t.peaks[last], leaf)
		t.peaks = t.peaks[:last]
	}
	t.peaks = append(t.peaks, leaf)
	t.size++
}

// Size is the number of leaves.
func (t *Tree) Size() int { return t.size }

// Root is the tree head over all leaves so far.
func (t *Tree) Root() [32]byte {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	last := len(t.peaks) - 1
	root := t.peaks[last]
	for i := last - 1; i >= 0; i-- {
		root = node(t.peaks[i], root)
	}
	return root
}
