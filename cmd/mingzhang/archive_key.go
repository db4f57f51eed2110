package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// parseRecipients reads public keys such as age1…, to which an archive is encrypted; none leaves it open.
func parseRecipients(keys []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, k := range keys {
		found, err := age.ParseRecipients(strings.NewReader(k))
		if err != nil || len(found) == 0 {
			return nil, refuse("key_invalid", "%q is no public key such as age1…: mingzhang backup keygen FILE makes a pair and prints it", k)
		}
		all = append(all, found...)
	}
	return all, nil
}

// readIdentities reads a file of private keys; no name gives none.
func readIdentities(name string) ([]age.Identity, error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("the private key: %w", err)
	}
	defer func() { _ = f.Close() }()
	ids, err := age.ParseIdentities(f)
	if err != nil {
		return nil, refuse("key_invalid", "%s holds no private key such as AGE-SECRET-KEY-1…", name)
	}
	return ids, nil
}

// newKeys makes a pair. The private one goes into a file of its own, which is not left on the server.
func newKeys(name string) (public string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("the private key: %w", err)
	}
	_, err = fmt.Fprintf(f, "# public key: %s\n%s\n", id.Recipient(), id)
	return id.Recipient().String(), errors.Join(err, f.Sync(), f.Close())
}

// rememberedKey is the first recipient of an archive that is being written. It keeps the archive's own key in memory, so that the
// program can read again what it wrote, though it has no private key.
type rememberedKey struct {
	age.Recipient
	key []byte
}

func (r *rememberedKey) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	r.key = bytes.Clone(fileKey)
	return r.Recipient.Wrap(fileKey)
}

// WrapWithLabels passes on what kinds of keys may stand together.
func (r *rememberedKey) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	r.key = bytes.Clone(fileKey)
	if labelled, ok := r.Recipient.(age.RecipientWithLabels); ok {
		return labelled.WrapWithLabels(fileKey)
	}
	stanzas, err := r.Recipient.Wrap(fileKey)
	return stanzas, nil, err
}

const ageHead = "age-encryption.org/v1\n"

// openPlain gives the tar inside a file. Codes: archive_encrypted, archive_wrong_key, archive_damaged, archive_cut.
func openPlain(file io.Reader, ids []age.Identity) (io.Reader, error) {
	in := bufio.NewReaderSize(file, 1<<20)
	head, err := in.Peek(len(ageHead))
	if errors.Is(err, io.EOF) {
		return nil, errCut // shorter than any archive
	}
	if err != nil {
		return nil, err
	}
	if string(head) != ageHead {
		return in, nil
	}
	if len(ids) == 0 {
		return nil, refuse("archive_encrypted", "the archive is encrypted: name the file of the private key with --identity")
	}
	ended := &endWatch{r: in}
	plain, err := age.Decrypt(ended, ids...)
	var noMatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &noMatch):
		return nil, refuse("archive_wrong_key", "the key does not open this archive: it was encrypted to another public key, or the lines at its head that carry the key are damaged")
	case err != nil && ended.ended:
		return nil, errCut
	case err != nil:
		return nil, damagedArchive("its encrypted head is not what was written")
	}
	return &decrypted{plain, ended}, nil
}

// endWatch knows whether a file's end was reached.
type endWatch struct {
	r     io.Reader
	ended bool
}

func (e *endWatch) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.ended = e.ended || errors.Is(err, io.EOF)
	return n, err
}

// decrypted tells what a failed authentication means: in the middle of the file a changed byte, in the last piece of it an end
// that came too early.
type decrypted struct {
	r    io.Reader
	file *endWatch
}

func (d *decrypted) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case d.file.ended:
		return n, refuse("archive_cut", "the archive is cut short, or its last 64 KB are damaged; copy it again or take another one")
	default:
		return n, damagedArchive("encrypted bytes are not what was written")
	}
}
