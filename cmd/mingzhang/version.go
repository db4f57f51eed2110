package main

import "runtime/debug"

// version is set by the builder of a release: -ldflags "-X main.version=1.4.0".
var version string

// programVersion names this program in archives and in doctor's report: the release, or the commit it was built from.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "commit " + s.Value[:12]
			}
		}
	}
	return "development"
}
