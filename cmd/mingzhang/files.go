package main

import (
	"context"
	"path/filepath"

	_ "gocloud.dev/blob/s3blob" // s3:// in --files; file:// and the folder come with package projects

	"mingzhang/projects"
)

// openFiles opens the store of files: a folder beside the database or what --files names.
func (o *options) openFiles(ctx context.Context) (*projects.FileStore, error) {
	if o.filesURL != "" {
		return projects.OpenFileStore(ctx, o.filesURL)
	}
	return projects.OpenFileFolder(filepath.Join(o.dataDir, "files"))
}
