package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// The unit and its settings lie in docs and are installed as they are: every flag in them is one that serve has.
func TestTheUnitStartsThisProgram(t *testing.T) {
	t.Parallel()
	unit, env := readRepositoryFile(t, "docs/mingzhang.service"), readRepositoryFile(t, "docs/mingzhang.env")
	start := regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/mingzhang serve (.*) \$MINGZHANG_OPTIONS$`).FindStringSubmatch(unit)
	if start == nil {
		t.Fatal("the unit does not start serve with the options of its settings")
	}
	options := regexp.MustCompile(`(?m)^#?MINGZHANG_OPTIONS="(.*)"$`).FindAllStringSubmatch(env, -1)
	nights := regexp.MustCompile(`(?m)^# +(--backup-dir .*)$`).FindStringSubmatch(env)
	if len(options) != 3 || nights == nil {
		t.Fatalf("%d lines of options, backups %v", len(options), nights)
	}
	p := newProgram(t)
	for _, o := range options { // the program itself reads them, and shows its help instead of serving
		p.run(append([]string{"serve", "--help"}, strings.Fields(start[1]+" "+o[1]+" "+nights[1])...)...)
	}
	p.refused("unknown flag: --backup-directory", "serve", "--backup-directory", "x", "--help")

	// As the service manager starts it, with the settings of a new installation, in other places.
	p.run("init", "--book", "640303", "--name", "红寺堡区财政局")
	elsewhere := strings.NewReplacer("/var/lib/mingzhang", p.path("var"), "127.0.0.1:8080", "127.0.0.1:0")
	tmp := regexp.MustCompile(`(?m)^Environment=TMPDIR=(.*)$`).FindStringSubmatch(unit)
	if tmp == nil || !strings.Contains(unit, "\nStateDirectory=mingzhang "+strings.TrimPrefix(tmp[1], "/var/lib/")+"\n") {
		t.Fatalf("the unit makes no folder for TMPDIR: %v", tmp)
	}
	s := p.serve(strings.Fields(elsewhere.Replace(start[1] + " " + options[0][1]))...)
	if r, text := s.get("/readyz"); r.StatusCode != http.StatusOK {
		t.Errorf("readyz: %s %s", r.Status, text)
	}
	s.stop()
	if s.log.Len() == 0 {
		t.Error("nothing is logged")
	}
	for line := range strings.Lines(s.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
	// A signal to all processes of the unit would end PostgreSQL's sessions before their postings are committed.
	for _, line := range []string{"KillMode=mixed", "NoNewPrivileges=yes", "ProtectSystem=strict", "User=mingzhang", "ExecReload=/bin/sh -c 'kill -HUP $MAINPID'"} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
}
