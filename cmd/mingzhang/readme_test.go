package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A newcomer types what the README shows, so the test types it too and compares what comes out.

var update = flag.Bool("update", false, "write into README.md and README.zh-CN.md what the commands print now")

// TestMain lets the test program stand for mingzhang itself, so that the README is run with the code under test.
func TestMain(m *testing.M) {
	if os.Getenv("MINGZHANG_AS_PROGRAM") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const (
	makeRun       = "make run"
	readmeAddress = "127.0.0.1:8080"
)

// volatile is what differs from run to run, by name; what no pattern names must be as shown.
var volatile = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"digest", regexp.MustCompile(`\b[0-9a-f]{64}\b`)},
	{"uuid", regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)},
	{"moment", regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)},
	{"token", regexp.MustCompile(`\bmz_\d+_[A-Za-z0-9_-]{43}`)},
	{"size", regexp.MustCompile(`\b\d+(\.\d)? [kMG]B\b`)},
	{"seconds", regexp.MustCompile(`\b\d+\.\d s\b`)},
	{"rows", regexp.MustCompile(`\b\d+ tables, \d+ rows\b`)},
	{"server", regexp.MustCompile(`PostgreSQL \d+\.\d+( \([^)]*\))?`)},
	{"clock", regexp.MustCompile(`(?m)^(ok|warn) +this machine's clock .*$`)}, // whoever tells it time
	{"migration", regexp.MustCompile(`\b\d{4}_[a-z_]+\b`)},
}

func normal(output string) string {
	for _, v := range volatile {
		output = v.pattern.ReplaceAllString(output, "<"+v.name+">")
	}
	return output
}

// example is one command of a README and what it shows below it.
type example struct{ command, shown string }

var consoleBlock = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// examples reads the console blocks as a terminal shows them: a command stands behind "$ ", its further lines behind "> ".
func examples(readme string) (all []example) {
	for _, block := range consoleBlock.FindAllStringSubmatch(readme, -1) {
		for _, line := range strings.SplitAfter(block[1], "\n") {
			if command, starts := strings.CutPrefix(line, "$ "); starts || len(all) == 0 {
				all = append(all, example{command: command})
				continue
			}
			e := &all[len(all)-1]
			if more, goesOn := strings.CutPrefix(line, "> "); goesOn && e.shown == "" {
				e.command += more
			} else {
				e.shown += line
			}
		}
	}
	return all
}

// typed is the command with the prompts in front of it.
func (e example) typed() string {
	return "$ " + strings.ReplaceAll(strings.TrimSuffix(e.command, "\n"), "\n", "\n> ") + "\n"
}

// written is the README with other outputs below its commands.
func written(readme string, outputs []string) string {
	n := 0
	return consoleBlock.ReplaceAllStringFunc(readme, func(block string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		for _, e := range examples(block) {
			b.WriteString(e.typed() + outputs[n])
			n++
		}
		return b.String() + "```"
	})
}

func TestReadmeShowsWhatHappens(t *testing.T) {
	english, chinese := readRepositoryFile(t, "README.md"), readRepositoryFile(t, "README.zh-CN.md")
	all := examples(english)
	if len(all) < 10 || all[0].command != makeRun+"\n" {
		t.Fatalf("README.md has %d commands, the first is not %q", len(all), makeRun)
	}
	outputs := play(t, all)
	if *update {
		writeRepositoryFile(t, "README.md", written(english, outputs))
		writeRepositoryFile(t, "README.zh-CN.md", written(chinese, outputs))
		return
	}
	compare(t, "README.md", all, outputs)
}

// The stories in docs are scripts that anyone can follow, so they are followed here.
func TestReadmeClinicShowsWhatHappens(t *testing.T) { follow(t, "docs/CLINIC.md") }
func TestReadmeMonthShowsWhatHappens(t *testing.T)  { follow(t, "docs/MONTH.md") }

func follow(t *testing.T, name string) {
	t.Helper()
	t.Parallel()
	text := readRepositoryFile(t, name)
	all := examples(text)
	outputs := play(t, all)
	if *update {
		writeRepositoryFile(t, name, written(text, outputs))
		return
	}
	compare(t, name, all, outputs)
}

// A restore drill is worth what it was the last time somebody did it, so it is done here.
func TestReadmeOperationsShowsWhatHappens(t *testing.T) {
	t.Parallel()
	const name = "docs/OPERATIONS.md"
	text := readRepositoryFile(t, name)
	all := examples(text)
	outputs := play(t, all)
	if *update {
		writeRepositoryFile(t, name, written(text, outputs))
		return
	}
	compare(t, name, all, outputs)
}

func compare(t *testing.T, name string, all []example, outputs []string) {
	t.Helper()
	for i, e := range all {
		if want, got := normal(e.shown), normal(outputs[i]); got != want {
			t.Errorf("%s shows\n%s%sbut it prints\n%s", name, e.typed(), want, got)
		}
	}
	if t.Failed() {
		t.Log("if the new output is right: go test ./cmd/mingzhang -run Readme -update")
	}
}

func TestReadmesShowTheSame(t *testing.T) {
	english := consoleBlock.FindAllString(readRepositoryFile(t, "README.md"), -1)
	chinese := consoleBlock.FindAllString(readRepositoryFile(t, "README.zh-CN.md"), -1)
	if len(english) != len(chinese) {
		t.Fatalf("README.md has %d console blocks, README.zh-CN.md %d", len(english), len(chinese))
	}
	for i := range english {
		if english[i] != chinese[i] {
			t.Errorf("block %d differs; README.md:\n%s\nREADME.zh-CN.md:\n%s", i+1, english[i], chinese[i])
		}
	}
}

func TestReadmeComparisonSeesADifference(t *testing.T) {
	for shown, printed := range map[string]string{
		"short by 0.01\n": "short by 0.02\n",
		"323 vouchers\n":  "324 vouchers\n",
		"":                "mingzhang: no\n",
	} {
		if normal(shown) == normal(printed) {
			t.Errorf("%q passes for %q", printed, shown)
		}
	}
	if a, b := "digest "+strings.Repeat("0a", 32), "digest "+strings.Repeat("b1", 32); normal(a) != normal(b) {
		t.Error("two digests are told apart, which no README can foresee")
	}
	got := examples("x\n```console\n$ a '\n> b'\nout\n> more\n$ c\n```\n")
	if len(got) != 2 || got[0] != (example{"a '\nb'\n", "out\n> more\n"}) || got[1] != (example{"c\n", ""}) {
		t.Errorf("read as %q", got)
	}
}

// play runs the commands in one shell, in an empty folder, and gives the output of each. "make run" would not end: the
// service starts beside the shell with the flags the Makefile gives it, on a free port.
func play(t *testing.T, all []example) []string {
	for _, tool := range []string{"bash", "curl", "jq", "hledger"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing, and the commands shown use it: apt-get install -y %s", tool, tool)
		}
	}
	dir := openDir(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	wrapper := fmt.Sprintf("#!/bin/bash\nMINGZHANG_AS_PROGRAM=1 exec %q \"$@\"\n", program)
	if err := os.WriteFile(filepath.Join(bin, "mingzhang"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	var env []string
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); name != "DATABASE_URL" && name != "OWNER_DATABASE_URL" && !strings.HasPrefix(name, "PG") {
			env = append(env, e)
		}
	}
	env = append(env, "PATH="+bin+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8", "NO_PROXY=*", "no_proxy=*")
	address := freeAddress(t)
	there := func(s string) string { return strings.ReplaceAll(s, readmeAddress, address) }
	back := func(s string) string {
		return strings.NewReplacer(address, readmeAddress, dir, "/srv/mingzhang").Replace(s)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	outputs := make([]string, len(all))
	var script strings.Builder
	for i, e := range all {
		if e.command == makeRun+"\n" {
			outputs[i] = back(serveBeside(ctx, t, dir, env, address))
			continue
		}
		fmt.Fprintf(&script, "{ %s} >%s 2>&1 </dev/null\n", there(e.command), outputName(dir, i))
	}
	shell := exec.CommandContext(ctx, "bash", "-o", "pipefail")
	shell.Dir, shell.Env, shell.Stdin = dir, env, strings.NewReader(script.String())
	// A service the commands leave running ends with them.
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGTERM) }
	if said, err := shell.CombinedOutput(); len(said) > 0 {
		t.Fatalf("the shell: %v: %s", err, said)
	}
	for i, e := range all {
		if e.command == makeRun+"\n" {
			continue
		}
		out, err := os.ReadFile(outputName(dir, i))
		if err != nil {
			t.Fatalf("%s did not run: %v", e.command, err)
		}
		outputs[i] = back(string(out))
	}
	return outputs
}

func outputName(dir string, i int) string { return filepath.Join(dir, fmt.Sprintf("output-%d", i)) }

// serveBeside starts the service and answers with its first line; it is stopped when the test ends.
func serveBeside(ctx context.Context, t *testing.T, dir string, env []string, address string) string {
	// Not ended by the test's context, which is over before the cleanup that stops it in good order.
	serve := exec.CommandContext(context.WithoutCancel(ctx), "mingzhang", "serve", "--data-dir", "./var", "--listen", address)
	serve.Path = filepath.Join(dir, "bin", "mingzhang")
	serve.Err = nil // it is not in this process's own PATH
	serve.Dir, serve.Env, serve.Stderr = dir, env, os.Stderr
	serve.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // nor does it outlive a test that was killed
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serve.Process.Signal(syscall.SIGTERM)
		if err := serve.Wait(); err != nil {
			t.Errorf("serve did not stop in good order: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("serve did not start: %v", err)
	}
	return line
}

// openDir is t.TempDir for a folder that the database server's OS user may enter.
func openDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "mingzhang-readme-") //nolint:usetesting // its folders are closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func freeAddress(t *testing.T) string {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func readRepositoryFile(t *testing.T, name string) string {
	b, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeRepositoryFile(t *testing.T, name, text string) {
	if err := os.WriteFile(filepath.Join("..", "..", name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
