package main

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// component is one thing in the archive that others wrote.
type component struct {
	name, version string
	licence       string // its usual short name; empty: see the text
	files         []string
}

// licences writes into folder the licence texts of what is linked into the program and of each package below debs, and
// README.txt, which lists them. A module without a licence text is an error: then we may not pass it on.
func licences(program, debs, folder string) error {
	modules, err := linkedModules(program, folder)
	if err != nil {
		return err
	}
	packages, err := debianPackages(debs, folder)
	if err != nil {
		return err
	}
	var list bytes.Buffer
	list.WriteString("本压缩包中他人作品的许可证。每一行：名称、版本、许可证简称（以全文为准）、全文所在文件。\n" +
		"Licences of what others wrote. Each line: name, version, licence in short (the text decides), file of the text.\n\n" +
		"程序中连接的 Go 模块 / Go modules linked into the program\n\n")
	writeComponents(&list, modules)
	list.WriteString("其中 swgui 内含 Swagger UI（SmartBear Software，Apache-2.0） / swgui carries Swagger UI\n")
	list.WriteString("\nDebian 软件包，未经修改；源代码在 Debian 的同名同版本源码包中 / Debian packages, unchanged; their source is in Debian's source package\n\n")
	writeComponents(&list, packages)
	return os.WriteFile(filepath.Join(folder, "README.txt"), list.Bytes(), 0o644) //nolint:gosec // for everybody to read
}

func writeComponents(list *bytes.Buffer, all []component) {
	for _, c := range all {
		fmt.Fprintf(list, "%s %s  %s  %s\n", c.name, c.version, cmp.Or(c.licence, "见全文"), strings.Join(c.files, " "))
	}
}

// linkedModules asks the program itself what it is made of, and the module cache for the texts.
func linkedModules(program, folder string) ([]component, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output() //nolint:noctx // ends when go ends
	if err != nil {
		return nil, fmt.Errorf("where is Go: %w", err)
	}
	std, err := component{name: "Go standard library", version: info.GoVersion}.copyTexts(strings.TrimSpace(string(root)), filepath.Join(folder, "go", "std"), folder)
	if err != nil {
		return nil, err
	}
	all := []component{std}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		out, err := exec.Command("go", "mod", "download", "-json", m.Path+"@"+m.Version).Output() //nolint:gosec,noctx // a module of the program; ends when go ends
		if err != nil {
			return nil, fmt.Errorf("where is %s %s: %w", m.Path, m.Version, err)
		}
		var cached struct{ Dir string }
		if err := json.Unmarshal(out, &cached); err != nil {
			return nil, err
		}
		c, err := component{name: m.Path, version: m.Version}.copyTexts(cached.Dir, filepath.Join(folder, "go", m.Path), folder)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|unlicense)([-._].*)?$`)

// copyTexts takes a module's licence texts over, also those of what it carries in deeper folders.
func (c component) copyTexts(from, to, folder string) (component, error) {
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != from && (c.name == "Go standard library" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !licenceName.MatchString(d.Name()) || strings.HasSuffix(d.Name(), ".go") {
			return nil
		}
		b, err := os.ReadFile(path) //nolint:gosec // a file of the module cache
		if err != nil {
			return err
		}
		within, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return c.add(filepath.Join(to, within), folder, b)
	})
	if err == nil && len(c.files) == 0 {
		err = fmt.Errorf("%s %s has no licence text", c.name, c.version)
	}
	return c, err
}

func (c *component) add(place, folder string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil { //nolint:gosec // for everybody to read
		return err
	}
	if c.licence == "" {
		c.licence = shortName(content)
	}
	within, err := filepath.Rel(folder, place)
	if err != nil {
		return err
	}
	c.files = append(c.files, within)
	return os.WriteFile(place, content, 0o644) //nolint:gosec // for everybody to read
}

// known tells common licences by words that only they have; the first that fits is taken.
var known = []struct{ words, name string }{
	{"Apache License", "Apache-2.0"},
	{"Mozilla Public License", "MPL-2.0"},
	{"Permission to use, copy, modify, and/or distribute this software", "ISC"},
	{"Permission is hereby granted, free of charge", "MIT"},
	{"Neither the name of", "BSD-3-Clause"},
	{"Redistributions in binary form must reproduce", "BSD-2-Clause"},
}

func shortName(text []byte) string {
	flat := strings.Join(strings.Fields(string(text)), " ")
	for _, k := range known {
		if strings.Contains(flat, k.words) {
			return k.name
		}
	}
	return ""
}

var licenceField = regexp.MustCompile(`(?m)^License: *([^\s,]+)`)

// debianPackages unpacks each package's copyright file. Some packages keep theirs in a package of the same source.
func debianPackages(debs, folder string) ([]component, error) {
	paths, err := filepath.Glob(filepath.Join(debs, "*.deb"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no packages in %s", debs)
	}
	var all []component
	var troubles []error
	for _, path := range paths {
		fields, err := exec.Command("dpkg-deb", "--showformat=${Package}\t${Version}\t${source:Package} ${source:Version}", "--show", path).Output() //nolint:gosec,noctx // a file we fetched; ends when dpkg-deb ends
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		f := strings.Split(string(fields), "\t")
		c := component{name: f[0], version: f[1]}
		text, err := copyrightOf(path, c.name)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		if err := c.add(filepath.Join(folder, "debian", c.name+".txt"), folder, text); err != nil {
			return nil, err
		}
		c.licence = strings.Join(licencesNamed(text), ", ")
		c.version += "  (source " + f[2] + ")"
		all = append(all, c)
	}
	return all, errors.Join(troubles...)
}

// licencesNamed reads the License fields of a machine-readable copyright file.
func licencesNamed(text []byte) (names []string) {
	for _, m := range licenceField.FindAllSubmatch(text, -1) {
		names = append(names, string(m[1]))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// copyrightOf reads a package's copyright file, and follows the link with which a package says that another has it.
func copyrightOf(path, name string) ([]byte, error) {
	dir := "./usr/share/doc/" + name
	if text := fromPackage(path, dir+"/copyright"); len(text) > 0 {
		return text, nil
	}
	listing, err := exec.Command("dpkg-deb", "--contents", path).Output() //nolint:gosec,noctx // a file we fetched; ends when dpkg-deb ends
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for line := range strings.Lines(string(listing)) {
		_, link, found := strings.Cut(strings.TrimSpace(line), " "+dir+" -> ")
		if !found {
			_, link, found = strings.Cut(strings.TrimSpace(line), " "+dir+"/copyright -> ")
			link = strings.TrimSuffix(filepath.Clean(link), "/copyright")
		}
		if !found {
			continue
		}
		other := filepath.Base(link)
		paths, err := filepath.Glob(filepath.Join(filepath.Dir(path), other+"_*.deb"))
		if err == nil && len(paths) == 1 && other != name {
			return copyrightOf(paths[0], other)
		}
	}
	return nil, fmt.Errorf("%s has no copyright file", path)
}

// fromPackage is one file of a package, empty when it is not in it or is a link.
func fromPackage(path, member string) []byte {
	unpack := exec.Command("dpkg-deb", "--fsys-tarfile", path) //nolint:gosec,noctx // a file we fetched; ends when dpkg-deb ends
	tar := exec.Command("tar", "-xOf", "-", member)            //nolint:gosec,noctx // its name is made of the package's own
	pipe, err := unpack.StdoutPipe()
	if err != nil {
		return nil
	}
	tar.Stdin = pipe
	if unpack.Start() != nil {
		return nil
	}
	text, _ := tar.Output() // absent: tar says so, and we have nothing
	_ = unpack.Wait()
	return text
}
