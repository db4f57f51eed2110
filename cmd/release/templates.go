package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"mingzhang/projects"
	"mingzhang/projects/lists"
)

// templates writes an empty list of every kind that the service takes in, as the service gives it out too.
func templates(folder string) error {
	for _, form := range projects.ListForms() {
		if err := writeTemplate(form, filepath.Join(folder, form.NameZH+".xlsx")); err != nil {
			return fmt.Errorf("%s: %w", form.Kind, err)
		}
	}
	return nil
}

func writeTemplate(form lists.Form, place string) error {
	f, err := os.Create(place) //nolint:gosec // below the folder that we were told
	if err != nil {
		return err
	}
	return errors.Join(form.WriteTemplate(f), f.Close())
}
