package projects

import (
	"encoding/binary"
	"io"
	"slices"
	"unicode/utf16"
)

// The compound files of Word, Excel and PowerPoint up to 2003 (MS-CFB) are small file systems. Installers are of the same
// form, so their directory has to be read: streams are named there.

var compoundSignature = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

// compoundType tells a compound file by the streams it must have.
func compoundType(content io.ReaderAt, size int64, name string) (string, error) {
	streams := compoundStreams(content, size)
	has := func(stream string) bool { return slices.Contains(streams, stream) }
	switch {
	case has("VBA"), has("_VBA_PROJECT"), has("Macros"), has("_VBA_PROJECT_CUR"):
		return "", notTaken(name, "carries macros, which are programs")
	case has("WordDocument"):
		return "application/msword", nil
	case has("Workbook"), has("Book"):
		return "application/vnd.ms-excel", nil
	case has("PowerPoint Document"):
		return "application/vnd.ms-powerpoint", nil
	}
	return "", notTaken(name, "is none of the kinds of files that are kept")
}

const (
	compoundEntry   = 128        // bytes of an entry of the directory
	compoundEnd     = 0xfffffffa // from here on a number names no sector
	compoundInHead  = 109        // sectors of the allocation table that the header names itself; the rest stands in a chain
	compoundAtMost  = 4096       // sectors of a directory that are read: 65,536 entries
	compoundHeadEnd = 512
)

// compoundStreams are the names in the directory. What cannot be read ends the list: the file is refused for what it lacks.
func compoundStreams(content io.ReaderAt, size int64) []string {
	head := make([]byte, compoundHeadEnd)
	if _, err := content.ReadAt(head, 0); err != nil {
		return nil
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return nil
	}
	length := int64(1) << shift
	read := func(sector uint32) []byte {
		at := (int64(sector) + 1) * length
		if sector >= compoundEnd || at+length > size {
			return nil
		}
		data := make([]byte, length)
		if _, err := content.ReadAt(data, at); err != nil {
			return nil
		}
		return data
	}
	perSector := uint32(length / 4) //nolint:gosec // 128 or 1024
	number := func(table []byte, i uint32) uint32 {
		if table == nil {
			return compoundEnd
		}
		return binary.LittleEndian.Uint32(table[4*i:])
	}
	next := func(sector uint32) uint32 {
		i := sector / perSector // which sector of the allocation table has its successor
		if i < compoundInHead {
			return number(read(binary.LittleEndian.Uint32(head[76+4*i:])), sector%perSector)
		}
		i -= compoundInHead
		more := read(binary.LittleEndian.Uint32(head[68:]))
		for ; i >= perSector-1 && more != nil; i -= perSector - 1 {
			more = read(number(more, perSector-1))
		}
		return number(read(number(more, i)), sector%perSector)
	}
	var names []string
	sector := binary.LittleEndian.Uint32(head[48:])
	for range compoundAtMost {
		data := read(sector)
		if data == nil {
			break
		}
		for entry := range slices.Chunk(data, compoundEntry) {
			if n := int(binary.LittleEndian.Uint16(entry[64:])); n >= 2 && n <= 64 {
				units := make([]uint16, n/2-1)
				for i := range units {
					units[i] = binary.LittleEndian.Uint16(entry[2*i:])
				}
				names = append(names, string(utf16.Decode(units)))
			}
		}
		sector = next(sector)
	}
	return names
}
