package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"mingzhang/accounting"
	"mingzhang/projects"
)

type settingsResponse struct{ Body projects.Settings }

func (s *Server) settingRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "get-settings", Method: http.MethodGet, Path: base + "/settings", Summary: "参数 The settings in effect; they are changed by documents of the kind setting",
		Tags: []string{"Settings"}}, s.settings)
}

func (s *Server) settings(ctx context.Context, _ *struct{}) (*settingsResponse, error) {
	out := &settingsResponse{}
	err := accounting.Read(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out.Body, err = projects.SettingsOf(ctx, tx, by(ctx).Book)
		return err
	})
	return out, err
}
