package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// naive is the definition of RFC 6962 section 2.1, word for word.
func naive(leaves [][32]byte) [32]byte {
	if len(leaves) == 0 {
		return sha256.Sum256(nil)
	}
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	left, right := naive(leaves[:k]), naive(leaves[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

// numbered are n leaves that differ.
func numbered(n int) [][32]byte {
	leaves := make([][32]byte, n)
	for i := range leaves {
		leaves[i] = LeafHash([]byte{byte(i), byte(i >> 8)})
	}
	return leaves
}

// The leaves and roots that implementations of Certificate Transparency test themselves with.
func TestRootIsThatOfCertificateTransparency(t *testing.T) {
	var leaves [][32]byte
	for i, tt := range []struct{ leaf, root string }{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		data, err := hex.DecodeString(tt.leaf)
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, LeafHash(data))
		if root := Root(leaves); hex.EncodeToString(root[:]) != tt.root {
			t.Errorf("%d leaves: root %x, want %s", i+1, root, tt.root)
		}
	}
	if empty := Root(nil); hex.EncodeToString(empty[:]) != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("without leaves: root %x", empty)
	}
}

func TestTreeGrowsAsDefined(t *testing.T) {
	leaves := numbered(300)
	var tree Tree
	for n := range leaves {
		if tree.Size() != n || tree.Root() != naive(leaves[:n]) || Root(leaves[:n]) != tree.Root() {
			t.Fatalf("%d leaves: size %d, root %x, want %x", n, tree.Size(), tree.Root(), naive(leaves[:n]))
		}
		tree.Append(leaves[n])
	}
}

func TestEveryProofOfSmallTreesHolds(t *testing.T) {
	all := numbered(70)
	for n := range len(all) + 1 {
		leaves, root := all[:n], naive(all[:n])
		for i := range n {
			proof, err := Inclusion(leaves, i)
			if err != nil || !VerifyInclusion(root, n, leaves[i], i, proof) {
				t.Fatalf("leaf %d of %d: %v", i, n, err)
			}
			// the same proof must not show anything of another leaf, place or size
			for j := range n {
				if j != i && (VerifyInclusion(root, n, leaves[j], i, proof) || VerifyInclusion(root, n, leaves[i], j, proof)) {
					t.Fatalf("the proof of leaf %d of %d is taken for %d", i, n, j)
				}
			}
			if VerifyInclusion(root, n, leaves[i], i+n, proof) || VerifyInclusion(root, n, leaves[i], i-n, proof) {
				t.Fatalf("the proof of leaf %d of %d is taken for a place outside", i, n)
			}
		}
		for m := range n + 1 {
			proof, err := Consistency(leaves, m)
			if err != nil || !VerifyConsistency(naive(all[:m]), m, root, n, proof) {
				t.Fatalf("from %d to %d: %v", m, n, err)
			}
			for other := range n + 1 {
				if other != m && VerifyConsistency(naive(all[:m]), other, root, n, proof) {
					t.Fatalf("the proof from %d to %d is taken for one from %d", m, n, other)
				}
			}
		}
	}
}

func TestProofsOutsideTheTreeAreRefused(t *testing.T) {
	leaves := numbered(5)
	for _, i := range []int{-1, 5} {
		if _, err := Inclusion(leaves, i); err == nil {
			t.Errorf("a proof for leaf %d of 5", i)
		}
	}
	for _, m := range []int{-1, 6} {
		if _, err := Consistency(leaves, m); err == nil {
			t.Errorf("a proof from %d to 5", m)
		}
		if VerifyConsistency(Root(leaves), m, Root(leaves), 5, nil) {
			t.Errorf("from %d to 5 is believed", m)
		}
	}
	if VerifyConsistency(Root(nil), 0, Root(leaves), 0, nil) || VerifyConsistency(Root(leaves), 0, Root(leaves), 5, nil) {
		t.Error("an empty tree with leaves is believed")
	}
	if VerifyInclusion(Root(nil), 0, Root(nil), 0, nil) {
		t.Error("the empty tree has a leaf")
	}
}

func anyLeaves(t *rapid.T, low int) [][32]byte {
	leaves := numbered(rapid.IntRange(low, 600).Draw(t, "size"))
	if rapid.Bool().Draw(t, "twice") { // equal leaves must not confuse anything
		leaves[len(leaves)-1] = leaves[0]
	}
	return leaves
}

func TestRootIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := anyLeaves(t, 1)
		root := Root(leaves)
		if root != naive(leaves) {
			t.Fatalf("root %x, want %x", root, naive(leaves))
		}
		// the well-known trick against other trees: an odd last leaf doubled must show
		if Root(append(slices.Clone(leaves), leaves[len(leaves)-1])) == root {
			t.Fatal("the last leaf doubled has the same root")
		}
		i := rapid.IntRange(0, len(leaves)-1).Draw(t, "index")
		if Root(slices.Delete(slices.Clone(leaves), i, i+1)) == root {
			t.Fatalf("without leaf %d it is the same root", i)
		}
	})
}
