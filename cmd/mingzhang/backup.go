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
			made, err := backUp(ctx, src, files, args[0], keys, byteProgress)
			if err == nil {
				made.print(args[0])
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
	manifest                 *manifest
	size                     int64 // bytes
	sum                      [sha256.Size]byte
	dumped, written, checked time.Duration
}

func (b *backupMade) print(name string) {
	n, size := b.manifest.files()
	fmt.Printf("%s: %s, read again and whole, SHA-256 %s\n", name, bytesText(b.size), hex.EncodeToString(b.sum[:]))
	fmt.Printf("database  %d tables, %d rows, of PostgreSQL %s, as of %s\n", len(b.manifest.Tables), b.manifest.rows(), b.manifest.PostgreSQL, b.manifest.Made.Format(time.RFC3339))
	for _, k := range b.manifest.Books {
		fmt.Printf("book      %d %s: %d vouchers", k.Book, k.Name, k.Vouchers)
		if k.CompleteTo != nil {
			fmt.Printf(", all that were recorded by %s", k.CompleteTo.Format(time.RFC3339Nano))
		}
		fmt.Println()
	}
	fmt.Printf("files     %d, %s\n", n, bytesText(size))
	fmt.Printf("took      %.1f s: dump %.1f s, archive %.1f s, check %.1f s\n", (b.dumped + b.written + b.checked).Seconds(), b.dumped.Seconds(), b.written.Seconds(), b.checked.Seconds())
}

// backUp makes an archive and notes in the database how that went.
func backUp(ctx context.Context, src source, files *projects.FileStore, name string, keys []age.Recipient, show progressOf) (*backupMade, error) {
	started := time.Now()
	made, err := makeArchive(ctx, src, files, name, keys, show)
	if src.service == nil {
		return made, err
	}
	note := api.Backup{StartedAt: started, FinishedAt: time.Now(), File: absolute(name), Encrypted: len(keys) > 0}
	if err == nil {
		note.Good, note.Size, note.SHA256 = true, &made.size, made.sum[:]
	} else {
		note.Trouble = err.Error()
	}
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if unnoted := api.NoteBackup(noting, src.service, note); unnoted != nil && err == nil {
		fmt.Fprintf(os.Stderr, "mingzhang: the archive is good, but the database does not note it: %v\n", unnoted)
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
func makeArchive(ctx context.Context, src source, files *projects.FileStore, name string, keys []age.Recipient, show progressOf) (*backupMade, error) {
	if _, err := os.Lstat(name); err == nil {
		return nil, refuse("file_exists", "%s is there already; choose another name", name)
	}
	out, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".partial-")
	if err != nil {
		return nil, fmt.Errorf("the archive cannot be written: %w", err)
	}
	made, err := writeAndCheck(ctx, src, files, out, keys, show)
	if err == nil {
		err = os.Rename(out.Name(), name)
	}
	if err != nil {
		return nil, errors.Join(err, os.Remove(out.Name()))
	}
	return made, syncFolder(filepath.Dir(name))
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
	for i, f := range attachments {
		show.step("files", i+1, len(attachments))
		if err := a.add(filesFolder+f.Place(), f.Size, m.Made, func(w io.Writer) error { return files.Copy(ctx, f, w) }); err != nil {
			return nil, nil, err
		}
	}
	if err := errors.Join(a.finish(m), plain.Close()); err != nil {
		return nil, nil, err
	}
	made.size, made.sum, made.written = counted.n, [sha256.Size]byte(sum.Sum(nil)), time.Since(start)
	return made, key, nil
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
	dump, err := os.CreateTemp(dir, ".mingzhang-dump-")
	if err == nil {
		err = os.Remove(dump.Name())
	}
	if err != nil {
		return nil, fmt.Errorf("the dump cannot be written: %w", err)
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
