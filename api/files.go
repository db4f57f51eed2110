package api

import (
	"context"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"mingzhang/accounting"
	"mingzhang/accounting/fault"
	"mingzhang/projects"
)

const filesPath = base + "/files"

// FileOutput is a stored file.
type FileOutput struct {
	Hash      string `json:"hash" doc:"SHA-256 of its bytes; documents attach it by this"`
	Size      int64  `json:"size" doc:"bytes"`
	MediaType string `json:"media_type" doc:"told by the content"`
	Name      string `json:"name" doc:"as it was first handed in"`
}

type (
	uploadRequest struct {
		KeyHeader
		Name   string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"the file's name"`
		Length int64  `header:"Content-Length"`
		bytes  io.Reader
	}
	fileResponse    struct{ Body FileOutput }
	downloadRequest struct {
		Hash string `path:"hash" pattern:"^[0-9a-f]{64}$"`
	}
)

// fileTime is how long a file of the largest size may travel: 200 MB in it is 120 kB/s.
const fileTime = 30 * time.Minute

// Resolve takes the body as a stream: a file is never held in memory.
func (r *uploadRequest) Resolve(c huma.Context) []error {
	lendTime(c)
	r.bytes = c.BodyReader()
	return nil
}

// lendTime lets this request take longer than others may. A connection that cannot is cut sooner.
func lendTime(c huma.Context) { lendFormTime(humaecho.Unwrap(c)) }

func lendFormTime(c echo.Context) {
	control := http.NewResponseController(c.Response())
	_ = control.SetReadDeadline(time.Now().Add(fileTime))
	_ = control.SetWriteDeadline(time.Now().Add(fileTime))
}

func (s *Server) fileRoutes(api huma.API) {
	bytes := func(what string) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{what: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	operation(s, api, huma.Operation{OperationID: "store-file", Method: http.MethodPost, Path: filesPath, Summary: "附件 Store a file of up to 200 MB; the same bytes are stored once", Tags: []string{"Files"},
		DefaultStatus: http.StatusCreated, Metadata: map[string]any{rolesKey: projects.DeskRoles()}, RequestBody: &huma.RequestBody{Required: true, Content: bytes("application/octet-stream")}}, s.storeFile)
	operation(s, api, huma.Operation{OperationID: "get-file", Method: http.MethodGet, Path: filesPath + "/{hash}", Summary: "A file, its bytes checked against their hash", Tags: []string{"Files"},
		Responses: map[string]*huma.Response{"200": {Description: "the file, as an attachment", Content: bytes("*/*")}}}, s.getFile)
}

func (s *Server) storeFile(ctx context.Context, in *uploadRequest) (*fileResponse, error) {
	c := by(ctx).command(in.Key, "file.store")
	if in.Length > projects.FileLimit {
		return nil, accounting.Refuse(ctx, s.db, c, fault.Invalid("file_invalid", "%s has %d bytes; a file has at most %d (200 MB)", in.Name, in.Length, projects.FileLimit))
	}
	f, err := projects.StoreFile(ctx, s.db, s.files, c, in.Name, in.bytes)
	if err != nil {
		return nil, err
	}
	return &fileResponse{FileOutput{Hash: f.Hash.String(), Size: f.Size, MediaType: f.MediaType, Name: f.Name}}, nil
}

func (s *Server) getFile(ctx context.Context, in *downloadRequest) (*huma.StreamResponse, error) {
	who := by(ctx)
	var hash accounting.Hash
	if err := hash.UnmarshalText([]byte(in.Hash)); err != nil {
		return nil, err
	}
	f, content, err := projects.FetchFile(ctx, s.db, s.files, who.Book, who.Actor, hash)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { _ = content.Close() }()
		lendTime(c)
		c.SetHeader("Content-Type", f.MediaType)
		c.SetHeader("Content-Length", strconv.FormatInt(f.Size, 10))
		c.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(f)}))
		c.SetHeader("X-Content-Type-Options", "nosniff")
		c.SetHeader("Content-Security-Policy", "sandbox") // should a browser show it all the same
		c.SetHeader("Cache-Control", "private, no-store")
		c.SetStatus(http.StatusOK)
		_, _ = io.Copy(c.BodyWriter(), content) // the reader is gone if this fails
	}}, nil
}

// extensions of the media types that are taken; the first is added to a name that says something else.
var extensions = map[string][]string{
	"application/pdf": {".pdf"}, "application/ofd": {".ofd"}, "application/xml": {".xml"}, "image/png": {".png"}, "image/jpeg": {".jpg", ".jpeg"}, "image/tiff": {".tif", ".tiff"}, "image/webp": {".webp"},
	"application/msword": {".doc"}, "application/vnd.ms-excel": {".xls"}, "application/vnd.ms-powerpoint": {".ppt"},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   {".docx"},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         {".xlsx"},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {".pptx"},
	"application/vnd.oasis.opendocument.text":                                   {".odt"}, "application/vnd.oasis.opendocument.spreadsheet": {".ods"},
	"application/vnd.oasis.opendocument.presentation": {".odp"}, "application/vnd.oasis.opendocument.graphics": {".odg"}, "text/plain": {".txt"}, "text/csv": {".csv"},
}

// fileName is the name under which a file leaves: one that says what it is, so that none runs when it is opened.
func fileName(f *projects.File) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, f.Name)
	known := extensions[f.MediaType]
	for _, e := range known {
		if strings.EqualFold(path.Ext(name), e) {
			return name
		}
	}
	return name + known[0]
}
