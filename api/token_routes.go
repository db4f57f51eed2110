package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"mingzhang/accounting"
)

// TokenOutput is a token without itself.
type TokenOutput struct {
	ID        string       `json:"id"`
	Person    SignerOutput `json:"person"`
	Unit      string       `json:"unit" doc:"code"`
	Role      string       `json:"role"`
	State     string       `json:"state" enum:"valid,role_not_held,expired,revoked"`
	CreatedAt time.Time    `json:"created_at"`
	ExpiresAt time.Time    `json:"expires_at"`
}

type (
	tokenRequest struct {
		KeyHeader
		ID string `path:"id" format:"uuid"`
	}
	tokensResponse struct {
		Body struct {
			Tokens []TokenOutput `json:"tokens" nullable:"false"`
		}
	}
	tokenResponse struct{ Body TokenOutput }
)

func (s *Server) tokenRoutes(api huma.API) {
	operation(s, api, huma.Operation{OperationID: "list-tokens", Method: http.MethodGet, Path: base + "/tokens", Summary: "令牌 The own tokens; the administrator sees all", Tags: []string{"People"}}, s.listTokens)
	operation(s, api, huma.Operation{OperationID: "revoke-token", Method: http.MethodPost, Path: base + "/tokens/{id}/revoke", Summary: "Revoke an own token; the administrator revokes any", Tags: []string{"People"},
		MaxBodyBytes: bodyLimit, Metadata: map[string]any{rolesKey: TokenRoles}}, s.revokeToken)
}

// whoseTokens is the person whose tokens somebody sees; of the administrator nobody, who stands for all.
func whoseTokens(who caller) accounting.PersonID {
	if who.Role == "admin" {
		return accounting.PersonID{}
	}
	return who.Person
}

func (s *Server) listTokens(ctx context.Context, _ *struct{}) (*tokensResponse, error) {
	who := by(ctx)
	out := &tokensResponse{}
	tokens, err := Tokens(ctx, s.db, who.Book, whoseTokens(who))
	out.Body.Tokens = each(tokens, tokenOutput)
	return out, err
}

func (s *Server) revokeToken(ctx context.Context, in *tokenRequest) (*tokenResponse, error) {
	who := by(ctx)
	c := who.command(in.Key, "token.revoke")
	id, err := accounting.ParseID(in.ID)
	if err != nil {
		return nil, accounting.Refuse(ctx, s.db, c, err)
	}
	t, err := RevokeToken(ctx, s.db, c, id, whoseTokens(who))
	if err != nil {
		return nil, err
	}
	s.tokens.forget()
	return &tokenResponse{tokenOutput(*t)}, nil
}

func tokenOutput(t Token) TokenOutput {
	return TokenOutput{t.ID.String(), SignerOutput{t.Person, t.Name}, t.Unit, t.Role, t.State, t.CreatedAt, t.ExpiresAt}
}
