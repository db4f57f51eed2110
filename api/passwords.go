package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"mingzhang/accounting/fault"
)

// Passwords are kept as argon2id digests: 19 MiB, two passes, one lane, about 35 ms of one core.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonLanes   = 1
	argonKeySize = 32
	saltSize     = 16
)

// hashes bounds how many digests are made at a time: each holds 19 MiB, and postings need the cores too.
const hashesAtOnce = 4

// hashWait is how long a sign-in waits for its turn.
const hashWait = 10 * time.Second

// shortestPassword is in characters. The longest keeps a request from being work in itself.
const (
	shortestPassword = 12
	longestPassword  = 200
)

// nobodysHash is the digest no password has: an unknown account costs the same work as a known one.
var nobodysHash = encodeHash(make([]byte, saltSize), make([]byte, argonKeySize))

func encodeHash(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes, b.EncodeToString(salt), b.EncodeToString(key))
}

// hashPassword makes the digest of a password under a salt of its own.
func hashPassword(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	return encodeHash(salt, argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKeySize))
}

// passwordMatches says whether a digest is the password's. The digest's own figures count, so that a later release may ask
// for more work and still know the older ones.
func passwordMatches(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	key, wrong := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || wrong != nil || len(key) != argonKeySize {
		return false
	}
	return subtle.ConstantTimeCompare(argon2.IDKey([]byte(password), salt, passes, memory, lanes, argonKeySize), key) == 1
}

// queue lets a few digests be made at a time.
type queue chan struct{}

// wait runs what costs a digest when its turn has come. Codes: busy.
func (q queue) wait(ctx context.Context, run func()) error {
	late := time.NewTimer(hashWait)
	defer late.Stop()
	select {
	case q <- struct{}{}:
		defer func() { <-q }()
		run()
		return nil
	case <-late.C:
		return fault.Unavailable("busy", "too many sign in at this moment; try again")
	case <-ctx.Done():
		return fault.FromSQL(ctx.Err())
	}
}

// commonPasswords are those that long enough passwords most often are, and what this service itself has published.
var commonPasswords = []string{
	"123456789012", "1234567890123", "12345678901234", "0123456789ab", "1234567890ab", "123456123456", "123123123123", "121212121212", "112233445566", "987654321098", "147258369147",
	"password1234", "password12345", "passwordpassword", "password@123", "p@ssw0rd1234", "passw0rd1234", "mypassword123", "changeme1234", "administrator", "administrator1", "admin1234567",
	"admin@123456", "adminadminadmin", "root12345678", "qwertyuiop12", "qwertyuiop123", "qwerty123456", "qwertyqwerty", "1qaz2wsx3edc", "1q2w3e4r5t6y", "zaq12wsxcde3", "qazwsxedcrfv",
	"asdfghjkl123", "asdfghjklzxc", "abcdefghijkl", "abcd12345678", "abc123456789", "a12345678901", "aa1234567890", "iloveyou1234", "woaini123456", "woaini1314520", "letmein12345", "welcome12345",
	"caizheng1234", "caizhengju123", "hongsibao123", "hongsibao2025", "mingzhang123", "mingzhang1234", "mingzhang2025", "mingzhang2026", "mima12345678", DemoPassword,
}

// checkPassword refuses a password that is guessed too easily. It is never part of the answer. Codes: password_weak.
func checkPassword(account, password string) error {
	weak := func(why string) error { return fault.Invalid("password_weak", "the password %s", why) }
	length, low := utf8.RuneCountInString(password), strings.ToLower(password)
	switch {
	case length < shortestPassword:
		return weak(fmt.Sprintf("has %d characters; it takes %d", length, shortestPassword))
	case length > longestPassword || !utf8.ValidString(password):
		return weak(fmt.Sprintf("is longer than %d characters, or no text", longestPassword))
	case low == account || strings.TrimRight(low, "0123456789!@#.") == account:
		return weak("is the account's name")
	case slices.Contains(commonPasswords, low) || strings.Trim(low, low[:utf8FirstLen(low)]) == "":
		return weak("is one of the commonest")
	default:
		return nil
	}
}

func utf8FirstLen(text string) int {
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// startPassword is a password of 80 random bits that can be written down and typed: K7QX-2MNA-....
func startPassword() string { return randomCode(10) }

// randomCode writes so many random bytes as groups of four letters and digits.
func randomCode(size int) string {
	b := make([]byte, size)
	_, _ = rand.Read(b) // never fails
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
	var groups []string
	for chunk := range slices.Chunk([]byte(text), 4) {
		groups = append(groups, string(chunk))
	}
	return strings.Join(groups, "-")
}
