package evidence

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// forge draws a proof that differs from the right one in one way.
func forge(t *rapid.T, proof [][32]byte) [][32]byte {
	p := slices.Clone(proof)
	ways := []string{"longer"}
	if len(p) > 0 {
		ways = append(ways, "bit", "shorter", "doubled")
	}
	if len(p) > 1 {
		ways = append(ways, "swapped")
	}
	i := rapid.IntRange(0, max(0, len(p)-1)).Draw(t, "place")
	switch rapid.SampledFrom(ways).Draw(t, "forgery") {
	case "bit":
		p[i][rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	case "shorter":
		p = slices.Delete(p, i, i+1)
	case "doubled":
		p = slices.Insert(p, i, p[i])
	case "swapped":
		j := (i + 1) % len(p)
		p[i], p[j] = p[j], p[i]
	default:
		p = append(p, [32]byte{1})
	}
	return p
}

func flip(t *rapid.T, h [32]byte) [32]byte {
	h[rapid.IntRange(0, 31).Draw(t, "byte of the hash")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit of the hash")
	return h
}

func TestForgedInclusionIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := numbered(rapid.IntRange(1, 600).Draw(t, "size"))
		n, root := len(leaves), Root(leaves)
		i := rapid.IntRange(0, n-1).Draw(t, "index")
		proof, err := Inclusion(leaves, i)
		if err != nil || !VerifyInclusion(root, n, leaves[i], i, proof) {
			t.Fatalf("the right proof is refused: %v", err)
		}
		if p := forge(t, proof); !slices.Equal(p, proof) && VerifyInclusion(root, n, leaves[i], i, p) {
			t.Error("a forged proof is believed")
		}
		if VerifyInclusion(flip(t, root), n, leaves[i], i, proof) || VerifyInclusion(root, n, flip(t, leaves[i]), i, proof) {
			t.Error("another root or leaf is believed")
		}
		if j := rapid.IntRange(-2, n+2).Draw(t, "other index"); j != i && VerifyInclusion(root, n, leaves[i], j, proof) {
			t.Errorf("leaf %d is believed to be leaf %d", i, j)
		}
		// A size is told by the root's keeper, not by the proof; one that puts the leaf outside or the root higher is refused.
		for _, size := range []int{0, i, 4 * n, -n} {
			if VerifyInclusion(root, size, leaves[i], i, proof) {
				t.Errorf("leaf %d of %d is believed to be in a tree of %d", i, n, size)
			}
		}
		// an inner node passed off as a leaf of a smaller tree: what the first byte of each hash is for
		if len(proof) > 0 {
			inner := node(leaves[i], proof[0])
			if i&1 == 1 {
				inner = node(proof[0], leaves[i])
			}
			if VerifyInclusion(root, n, inner, i, proof) || VerifyInclusion(root, n, inner, i/2, proof[1:]) {
				t.Error("an inner node is believed to be a leaf of the same tree")
			}
		}
	})
}

func TestForgedConsistencyIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := numbered(rapid.IntRange(2, 600).Draw(t, "size"))
		n, root := len(leaves), Root(leaves)
		m := rapid.IntRange(1, n).Draw(t, "first")
		earlier := Root(leaves[:m])
		proof, err := Consistency(leaves, m)
		if err != nil || !VerifyConsistency(earlier, m, root, n, proof) {
			t.Fatalf("the right proof is refused: %v", err)
		}
		if p := forge(t, proof); !slices.Equal(p, proof) && VerifyConsistency(earlier, m, root, n, p) {
			t.Error("a forged proof is believed")
		}
		if VerifyConsistency(flip(t, earlier), m, root, n, proof) || VerifyConsistency(earlier, m, flip(t, root), n, proof) {
			t.Error("another root is believed")
		}
		if k := rapid.IntRange(-1, n+2).Draw(t, "other first"); k != m && VerifyConsistency(earlier, k, root, n, proof) {
			t.Errorf("the tree of %d leaves is believed to be one of %d", m, k)
		}
		if VerifyConsistency(earlier, m, root, 4*n, proof) || VerifyConsistency(earlier, m, root, m-1, proof) {
			t.Error("another size of the later tree is believed")
		}
		// history rewritten: a leaf of the earlier tree changed, or one left out, and an honest proof over the new list
		i := rapid.IntRange(0, m-1).Draw(t, "rewritten")
		rewritten := slices.Clone(leaves)
		rewritten[i] = flip(t, rewritten[i])
		for _, list := range [][][32]byte{rewritten, slices.Insert(slices.Clone(leaves), i, leaves[i])} {
			p, err := Consistency(list, m)
			if err != nil {
				t.Fatal(err)
			}
			if Root(list[:m]) != earlier && VerifyConsistency(earlier, m, Root(list), len(list), p) {
				t.Error("rewritten history is believed")
			}
		}
	})
}
