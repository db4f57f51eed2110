package main

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"mingzhang/api"
)

const (
	diskFail = 1 << 30 // bytes
	diskWarn = 5 << 30
	nodeWarn = 100_000 // files
)

// place is a folder whose room counts, and the bytes it should have free.
type place struct {
	what, dir string
	need      int64
}

// disk looks at the room where this program can see it: the data folder, the folder of uploads on their way and the folder of the last
// backup, each disk once.
func (d *doctor) disk(ctx context.Context) error {
	if d.db.cluster == nil {
		d.ok("disk of the database: not visible from here; watch it on its own server")
	}
	places := []place{{"below", d.dataDir, diskWarn}, {"for uploads on their way in", os.TempDir(), diskFail}}
	state, there, err := api.Backups(ctx, d.db)
	if err != nil {
		return err
	}
	if there && state.Good != nil { // the next one, and the dump while it is made
		places = append(places, place{"for the next backup in", filepath.Dir(state.Good.File), 2 * *state.Good.Size})
	}
	seen := map[uint64]bool{}
	for i, p := range places {
		var room syscall.Statfs_t
		if err := syscall.Statfs(p.dir, &room); err != nil {
			d.warn("disk: %s cannot be looked at: %v", filepath.Clean(p.dir), err)
			continue
		}
		free := int64(room.Bavail) * room.Bsize //nolint:gosec // far below the limit of int64
		device := deviceOf(p.dir)
		if i > 0 && seen[device] && free >= p.need {
			continue
		}
		seen[device] = true
		d.room(p, free, room.Files > 0 && room.Ffree < nodeWarn)
	}
	return nil
}

func (d *doctor) room(p place, free int64, fewNodes bool) {
	text := bytesText(free) + " free " + p.what + " " + p.dir
	switch {
	case free < min(diskFail, p.need) && p.what == "below":
		d.fail("disk: %s: make room now, see Disk full", text)
	case free < p.need:
		d.warn("disk: %s: make room soon, see Disk full", text)
	case fewNodes:
		d.warn("disk: %s, but hardly any file more can be made there (df -i)", text)
	default:
		d.ok("disk: %s", text)
	}
}

// deviceOf is the disk of a file; zero: not known.
func deviceOf(name string) uint64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Dev) //nolint:unconvert // it has another size on some processors
	}
	return 0
}

// besideTheData is a word of warning for a backup that is lost with the data's disk.
func (d *doctor) besideTheData(file string) string {
	disk := deviceOf(file)
	if d.db.cluster == nil || disk == 0 || disk != deviceOf(d.dataDir) {
		return ""
	}
	return "; on the disk of the data: keep a copy elsewhere"
}
