package paper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"mingzhang/accounting/fault"
)

// FontFiles are where Debian's package fonts-wqy-microhei puts the face that prints are set in. It has Chinese, Latin letters
// and digits in one, which the other free faces tried have not.
var FontFiles = []string{"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/local/share/fonts/wqy-microhei.ttc"}

// Font is the face of all prints.
type Font struct{ face []byte }

// LoadFont takes the face from the first of the files there is. Code: font_missing, saying what to install.
func LoadFont(files ...string) (*Font, error) {
	for _, name := range files {
		collection, err := os.ReadFile(name) //nolint:gosec // the places are the program's own
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			var face []byte
			if face, err = firstFace(collection); err == nil {
				return &Font{face}, nil
			}
		}
		return nil, fontMissing(files).Wrap(fmt.Errorf("%s: %w", name, err))
	}
	return nil, fontMissing(files)
}

func fontMissing(files []string) *fault.Error {
	return fault.Unavailable("font_missing", "forms are printed in the face of %s, which this machine has not; install it: apt-get install fonts-wqy-microhei", strings.Join(files, " or "))
}

// firstFace copies the first face of a collection (.ttc) into a file of its own (.ttf), because the PDF writer reads no
// collections. A face is a directory of tables; its offsets count from the file's beginning, so only they change.
func firstFace(collection []byte) ([]byte, error) {
	const headSize, entrySize = 12, 16
	u32 := binary.BigEndian.Uint32
	if len(collection) < 16 || string(collection[:4]) != "ttcf" {
		return nil, errors.New("not a collection of fonts")
	}
	start := int(u32(collection[12:]))
	if start+headSize > len(collection) {
		return nil, errors.New("cut off in its head")
	}
	count := int(binary.BigEndian.Uint16(collection[start+4:]))
	end := start + headSize + count*entrySize
	if end > len(collection) {
		return nil, errors.New("cut off in its directory")
	}
	face := slices.Clone(collection[start:end])
	for i := range count {
		entry := face[headSize+i*entrySize:]
		from, size := int(u32(entry[8:])), int(u32(entry[12:]))
		if from+size > len(collection) {
			return nil, fmt.Errorf("table %s is cut off", entry[:4])
		}
		binary.BigEndian.PutUint32(face[headSize+i*entrySize+8:], uint32(len(face))) //nolint:gosec // a font has less than 4 GB
		face = append(face, collection[from:from+size]...)
		for len(face)%4 != 0 {
			face = append(face, 0)
		}
	}
	return face, nil
}
