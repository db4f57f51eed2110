package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"mingzhang/accounting/fault"
	"mingzhang/api"
	"mingzhang/migrations/pglocal"
	"mingzhang/projects"
)

func backupCommand(o *options) *cobra.Command {
	var recipients []string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write the database and all attachments into one archive, while the service runs, and check it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			keys, err := parseRecipients(recipients)
			if err != nil {
				return err
			}
			src, done, err := o.backupSource(ctx)
			if err != nil {
				return err
			}
			files, err := o.openFiles(ctx)
			if err != nil {
				return errors.Join(err, done())
			}
			made, err := backUp(ctx, src, files, archiveName{args[0], args[0]}, keys, byteProgress)
			if err == nil {
				made.print()
				err = made.incomplete()
			}
			return errors.Join(err, files.Close(), done())
		},
	}
	cmd.Flags().StringArrayVar(&recipients, "recipient", nil, "public key (age1…) to which the archive is encrypted; may be given several times")
	cmd.AddCommand(&cobra.Command{
		Use:   "keygen FILE",
		Short: "Make a pair of keys: the private one into FILE, to be kept away from the server; the public one is printed",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			public, err := newKeys(args[0])
			if err == nil {
				fmt.Println(public)
			}
			return err
		},
	})
	return cmd
}

// backupMade is an archive that was written, read again and found whole.
type backupMade struct {
	name                     string
	manifest                 *manifest
	size                     int64 // bytes
	sum                      [sha256.Size]byte
	dumped, written, checked time.Duration
}

// archiveName is what an archive is to be called: whole, or without files that were damaged before it was made.
type archiveName struct{ whole, lacking string }

func (n archiveName) of(m *manifest) string {
	if len(m.Lacking) > 0 {
		return n.lacking
	}
	return n.whole
}

// trouble says what is not good about an archive that was made: it is the books', and not all that belongs to them.
func (b *backupMade) trouble() string {
	n := len(b.manifest.Lacking)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s holds the database and all whole files, but lacks %d damaged: %v; hand them in again, or take them out of an older archive", b.name, n, b.manifest.Lacking[0])
}

// incomplete names on standard error the files that are lacking, and ends the command as a check that fails.
func (b *backupMade) incomplete() error { return toldLacking(b.manifest.Lacking) }

func toldLacking(lacking []lackingFile) error {
	if len(lacking) == 0 {
		return nil
	}
	for _, l := range lacking {
		fmt.Fprintln(os.Stderr, "mingzhang: lacking", l)
	}
	return errChecksFailed
}

func (b *backupMade) print() {
	n, size := b.manifest.files()
	name := b.name
	fmt.Printf("%s: %s, read again and whole, SHA-256 %s\n", name, bytesText(b.size), hex.EncodeToString(b.sum[:]))
	fmt.Printf("database  %d tables, %d rows, of PostgreSQL %s, as of %s\n", len(b.manifest.Tables), b.manifest.rows(), b.manifest.PostgreSQL, b.manifest.Made.Format(time.RFC3339))
	for _, k := range b.manifest.Books {
		fmt.Printf("book      %d %s: %d vouchers", k.Book, k.Name, k.Vouchers)
		if k.CompleteTo != nil {
			fmt.Printf(", all that were recorded by %s", k.CompleteTo.Format(time.RFC3339Nano))
		}
		fmt.Println()
	}
	fmt.Printf("files     %d, %s%s\n", n, bytesText(size), withoutText(b.manifest.Lacking))
	fmt.Printf("took      %.1f s: dump %.1f s, archive %.1f s, check %.1f s\n", (b.dumped + b.written + b.checked).Seconds(), b.dumped.Seconds(), b.written.Seconds(), b.checked.Seconds())
}

func withoutText(lacking []lackingFile) string {
	if len(lacking) == 0 {
		return ""
	}
	return fmt.Sprintf(", WITHOUT %d damaged", len(lacking))
}

// backUp makes an archive and notes in the database how that went. One that lacks files counts as no good one there: it is kept,
// and somebody is told until a whole one is made.
func backUp(ctx context.Context, src source, files *projects.FileStore, name archiveName, keys []age.Recipient, show progressOf) (*backupMade, error) {
	started := time.Now()
	made, err := makeArchive(ctx, src, files, name, keys, show)
	if src.service == nil {
		return made, err
	}
	note := api.Backup{StartedAt: started, FinishedAt: time.Now(), File: absolute(name.whole), Encrypted: len(keys) > 0}
	switch {
	case err != nil:
		note.Trouble = err.Error()
	case made.trouble() != "":
		note.File, note.Trouble = absolute(made.name), made.trouble()
	default:
		note.Good, note.Size, note.SHA256 = true, &made.size, made.sum[:]
	}
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if unnoted := api.NoteBackup(noting, src.service, note); unnoted != nil && err == nil {
		fmt.Fprintf(os.Stderr, "mingzhang: the archive is made, but the database does not note it: %v\n", unnoted)
	}
	return made, err
}

func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// makeArchive writes beside the final name and gives that name only to what was read again and is whole.
func makeArchive(ctx context.Context, src source, files *projects.FileStore, name archiveName, keys []age.Recipient, show progressOf) (*backupMade, error) {
	for _, n := range []string{name.whole, name.lacking} {
		if _, err := os.Lstat(n); err == nil {
			return nil, refuse("file_exists", "%s is there already; choose another name", n)
		}
	}
	dir := filepath.Dir(name.whole)
	out, err := os.CreateTemp(dir, "."+filepath.Base(name.whole)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("the archive cannot be written: %w", err)
	}
	made, err := writeAndCheck(ctx, src, files, out, keys, show)
	if err == nil {
		made.name = name.of(made.manifest)
		err = os.Rename(out.Name(), made.name)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(out.Name()))
	}
	return made, syncFolder(dir)
}

func writeAndCheck(ctx context.Context, src source, files *projects.FileStore, out *os.File, keys []age.Recipient, show progressOf) (*backupMade, error) {
	defer func() { _ = out.Close() }()
	made, key, err := writeArchive(ctx, src, files, out, keys, show)
	if err != nil {
		return nil, err
	}
	if err := out.Sync(); err != nil {
		return nil, fmt.Errorf("the archive cannot be written: %w", err)
	}
	start := time.Now()
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	sum := sha256.New()
	watched, stop := show.reader("check", io.TeeReader(out, sum), made.size)
	defer stop()
	plain, err := openPlain(watched, key)
	if err == nil {
		_, err = readArchive(plain, nil)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, watched)
	}
	if err == nil && [sha256.Size]byte(sum.Sum(nil)) != made.sum {
		err = damagedArchive("the disk gives back other bytes than were written")
	}
	made.checked = time.Since(start)
	return made, err
}

// writeArchive fills the file: first the database, then the files that its rows name, whose bytes were there before the rows.
func writeArchive(ctx context.Context, src source, files *projects.FileStore, out *os.File, keys []age.Recipient, show progressOf) (made *backupMade, key []age.Identity, err error) {
	start := time.Now()
	moments := src.settled(ctx)
	snap, err := src.snapshot(ctx)
	if err != nil {
		return nil, nil, err
	}
	m, attachments, err := takeStock(ctx, snap.tx)
	if err != nil {
		return nil, nil, errors.Join(err, snap.end())
	}
	for i := range m.Books {
		if at := moments[m.Books[i].Book]; at.Valid {
			m.Books[i].CompleteTo = &at.Time
		}
	}
	dump, err := dumpTo(ctx, src, snap, m.Major, filepath.Dir(out.Name()))
	if err = errors.Join(err, snap.end()); err != nil {
		return nil, nil, err
	}
	defer func() { _ = dump.Close() }()
	made = &backupMade{manifest: m, dumped: time.Since(start)}
	start = time.Now()
	sum := sha256.New()
	counted := &counter{w: io.MultiWriter(out, sum)}
	var plain io.WriteCloser = unclosed{counted}
	if len(keys) > 0 {
		first := &rememberedKey{Recipient: keys[0]}
		if plain, err = age.Encrypt(counted, append([]age.Recipient{first}, keys[1:]...)...); err != nil {
			return nil, nil, err
		}
		key = []age.Identity{age.NewInjectedFileKeyIdentity(first.key)}
	}
	a := newArchiveWriter(plain)
	if err := addDump(a, dump, m, show); err != nil {
		return nil, nil, err
	}
	if err := addFiles(ctx, a, files, attachments, m, filepath.Dir(out.Name()), show); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(a.finish(m), plain.Close()); err != nil {
		return nil, nil, err
	}
	made.size, made.sum, made.written = counted.n, [sha256.Size]byte(sum.Sum(nil)), time.Since(start)
	return made, key, nil
}

// addFiles adds those files that are whole, which is known of each when it was read to its end, and notes the others.
func addFiles(ctx context.Context, a *archiveWriter, files *projects.FileStore, attachments []projects.File, m *manifest, dir string, show progressOf) error {
	spool, err := unnamed(dir)
	if err != nil {
		return err
	}
	defer func() { _ = spool.Close() }()
	for i, f := range attachments {
		show.step("files", i+1, len(attachments))
		if _, err := spool.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := spool.Truncate(0); err != nil {
			return err
		}
		err := files.Copy(ctx, f, spool)
		if fault.Code(err) == "file_damaged" {
			m.leaveOut(f, err)
			continue
		}
		if err == nil {
			_, err = spool.Seek(0, io.SeekStart)
		}
		if err == nil {
			err = a.add(filesFolder+f.Place(), f.Size, m.Made, func(w io.Writer) error { _, err := io.Copy(w, spool); return err })
		}
		if err != nil {
			return fmt.Errorf("%s cannot be put into the archive: %w", f.Name, err)
		}
	}
	return nil
}

func addDump(a *archiveWriter, dump *os.File, m *manifest, show progressOf) error {
	size, err := dump.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = dump.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	return a.add(databaseMember, size, m.Made, func(w io.Writer) error {
		r, stop := show.reader("archive", dump, size)
		defer stop()
		_, err := io.Copy(w, r)
		return err
	})
}

// dumpTo lets pg_dump write into a file without a name, because a tar tells sizes first. The file ends with the process.
func dumpTo(ctx context.Context, src source, snap *snapshot, major int, dir string) (*os.File, error) {
	program, err := pglocal.ClientTool(ctx, "pg_dump", major)
	if err != nil {
		return nil, err
	}
	dump, err := unnamed(dir)
	if err != nil {
		return nil, err
	}
	args := []string{"--format=custom", "--compress=6", "--lock-wait-timeout=30000", "--snapshot=" + snap.id}
	if src.role != "" {
		args = append(args, "--role="+src.role)
	}
	cmd, err := clientCommand(ctx, program, src.dsn, args...)
	if err == nil {
		cmd.Stdout = dump
		err = runClient(cmd)
	}
	if err != nil {
		return nil, errors.Join(err, dump.Close())
	}
	return dump, nil
}

// unnamed makes a file without a name, which ends with the process.
func unnamed(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, ".mingzhang-dump-")
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return nil, fmt.Errorf("nothing can be written beside the archive: %w", err)
	}
	return f, nil
}

// counter counts the bytes that go through.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// unclosed is a writer whose owner closes it.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

func syncFolder(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // where the operator put the archive
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
