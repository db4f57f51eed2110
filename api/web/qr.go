package web

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QR is a text as the square of modules a device's camera reads: one path of dark runs, in units of a module.
type QR struct {
	Size int // with the light edge around it
	Path string
}

const quiet = 4 // modules of light edge that readers need

// DrawQR makes the square of a text.
func DrawQR(text string) (*QR, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("qr code: %w", err)
	}
	side := code.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			run := 0
			for x+run < side && code.At(x+run, y) == color.Black {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	return &QR{Size: side + 2*quiet, Path: path.String()}, nil
}

// InFours groups a secret so that it can be typed from a screen.
func InFours(secret string) string {
	var groups []string
	for ; len(secret) > 4; secret = secret[4:] {
		groups = append(groups, secret[:4])
	}
	return strings.Join(append(groups, secret), " ")
}
