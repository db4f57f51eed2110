package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/pflag"

	"mingzhang/projects"
)

// nightOptions say where and when the service backs itself up.
type nightOptions struct {
	dir        string
	at         string
	keep       int
	recipients []string
}

func (o *nightOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.dir, "backup-dir", "", "folder for a backup every night; empty: none")
	f.StringVar(&o.at, "backup-at", "02:30", "when, by the clock of China")
	f.IntVar(&o.keep, "backup-keep", 14, "how many good ones are kept")
	f.StringArrayVar(&o.recipients, "backup-recipient", nil, "public key (age1…) to which they are encrypted; may be given several times")
}

// nights makes a backup every night, and another try each hour when one does not succeed.
type nights struct {
	dir    string
	at     time.Duration // since midnight
	keep   int
	keys   []age.Recipient
	log    *slog.Logger
	source source
	files  *projects.FileStore
}

// china is where nights are counted.
var china = time.FixedZone("CST", 8*60*60)

// nights reads the options; nil without a folder.
func (o *nightOptions) nights(log *slog.Logger) (*nights, error) {
	if o.dir == "" {
		return nil, nil //nolint:nilnil // no nights are asked for
	}
	at, err := time.Parse("15:04", o.at)
	if err != nil {
		return nil, fmt.Errorf("--backup-at %s is no time such as 02:30", o.at)
	}
	if o.keep < 1 {
		return nil, errors.New("--backup-keep takes 1 or more")
	}
	keys, err := parseRecipients(o.recipients)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(o.dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--backup-dir %s is no folder: make it, on another disk than the data if there is one", o.dir)
	}
	return &nights{dir: o.dir, at: time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, keep: o.keep, keys: keys, log: log}, nil
}

// due is the last moment by which a night's backup should have begun.
func (n *nights) due(now time.Time) time.Time {
	now = now.In(china)
	due := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, china).Add(n.at)
	if due.After(now) {
		due = due.AddDate(0, 0, -1)
	}
	return due
}

// name is the archive of a day.
func (n *nights) name(day time.Time) archiveName {
	name, ending := filepath.Join(n.dir, "mingzhang-"+day.In(china).Format(time.DateOnly)), ".tar"
	if len(n.keys) > 0 {
		ending += ".age"
	}
	return archiveName{whole: name + ending, lacking: name + lackingName + ending}
}

// lackingName marks an archive without files that were damaged. Such ones never push a whole one out of the folder: that may be the
// last place where these files are.
const lackingName = "-lacking"

// run goes on until the context ends. A night the service slept through is made up for when it starts, and a failed one an hour
// later. It looks at the clock each minute, so that a clock that was set is noticed.
func (n *nights) run(ctx context.Context) {
	var again time.Time
	for {
		now := time.Now()
		if !n.there(n.due(now)) && !n.there(now) && !now.Before(again) && n.night(ctx, now) != nil {
			again = now.Add(time.Hour)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}

// there says whether the day has its archive. One that lacks files is the day's too: an hour later they would be lacking again.
func (n *nights) there(day time.Time) bool {
	name := n.name(day)
	_, whole := os.Stat(name.whole)
	_, lacking := os.Stat(name.lacking)
	return whole == nil || lacking == nil
}

// night makes one backup and then lets go of the oldest. What fails leaves all that are there.
func (n *nights) night(ctx context.Context, now time.Time) error {
	if err := sweepPartial(n.dir, now); err != nil {
		n.log.Warn("what broken backups left cannot be removed", "error", err)
	}
	made, err := backUp(ctx, n.source, n.files, n.name(now), n.keys, nil)
	if err != nil {
		if ctx.Err() == nil {
			n.log.Error("the backup failed; another try in an hour", "error", err)
		}
		return err
	}
	if trouble := made.trouble(); trouble != "" {
		n.log.Error("the backup lacks files", "trouble", trouble)
	}
	n.log.Info("backup made", "file", made.name, "size", made.size, "vouchers", made.vouchers(), "ms", (made.dumped + made.written + made.checked).Milliseconds())
	if err := n.forget(); err != nil {
		n.log.Warn("old backups cannot be removed", "error", err)
	}
	return nil
}

func (b *backupMade) vouchers() (n int64) {
	for _, k := range b.manifest.Books {
		n += k.Vouchers
	}
	return n
}

var nightName = regexp.MustCompile(`^mingzhang-\d{4}-\d\d-\d\d(` + lackingName + `)?\.tar(\.age)?$`)

// forget removes all but the newest of the whole ones, and all but the newest of those that lack files: only what was read again
// has such a name.
func (n *nights) forget() error {
	entries, err := os.ReadDir(n.dir) // sorted by name, and so by day
	if err != nil {
		return err
	}
	kept := map[string][]string{}
	for _, e := range entries {
		if kind := nightName.FindStringSubmatch(e.Name()); kind != nil && !e.IsDir() {
			kept[kind[1]] = append(kept[kind[1]], e.Name())
		}
	}
	for _, names := range kept {
		for _, name := range names[:max(0, len(names)-n.keep)] {
			err = errors.Join(err, os.Remove(filepath.Join(n.dir, name)))
		}
	}
	return err
}

// sweepPartial removes what a backup left that was killed.
func sweepPartial(dir string, now time.Time) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, gone := e.Info()
		if gone == nil && strings.HasPrefix(e.Name(), ".mingzhang-") && strings.Contains(e.Name(), ".partial-") && now.Sub(info.ModTime()) > 24*time.Hour {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}
