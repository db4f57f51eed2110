package main

import (
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
	for _, o := range options {
		cmd := root()
		serve, rest, err := cmd.Find(append([]string{"serve"}, strings.Fields(start[1]+" "+o[1]+" "+nights[1])...))
		if err == nil {
			err = serve.ParseFlags(rest)
		}
		if err != nil {
			t.Errorf("%s: %v", o[1], err)
		}
	}
	// A signal to all processes of the unit would end PostgreSQL's sessions before their postings are committed.
	for _, line := range []string{"KillMode=mixed", "NoNewPrivileges=yes", "ProtectSystem=strict", "User=mingzhang", "ExecReload=/bin/kill -HUP $MAINPID"} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
}
