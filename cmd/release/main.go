// Command release makes those parts of an archive for an offline server that are more than copies: the manual as a page, the
// list of licences, empty lists to fill in, and the check that the program runs there by itself. `.ci/release` calls it; it is not part of the service.
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(2)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "program":
		return checkProgram(args[1], args[2])
	case len(args) == 2 && args[0] == "templates":
		return templates(args[1])
	case len(args) == 4 && args[0] == "manual":
		return manual(args[1], args[2], args[3], os.Stdout)
	case len(args) == 4 && args[0] == "licences":
		return licences(args[1], args[2], args[3])
	}
	return errors.New("usage: release program PROGRAM ARCHITECTURE\n       release templates FOLDER\n       release manual SOURCE.md VERSION DAY >PAGE.html\n       release licences PROGRAM DEBS FOLDER")
}
