package api

import (
	"fmt"
	"strings"

	"mingzhang/accounting/fault"
)

// ErrorsPage is docs/ERRORS.md: every code with its HTTP status, what it means and what to do.
func ErrorsPage() string {
	var b strings.Builder
	b.WriteString(`# Errors 错误代码

Written from accounting/fault/catalogue.go by ` + "`go test ./api -run ErrorsPage -update`" + `.

A refusal is application/problem+json with a stable ` + "`code`" + `, a title in Chinese or English (Accept-Language) and a detail that
shows the arithmetic. 4xx: refused, nothing written. 503: not done, or not known to be done; repeat with the same
Idempotency-Key, and it is done once. 500: our fault; the reference names the entry in the service's log.

| Code | HTTP | 含义 | Meaning | What to do |
| --- | --- | --- | --- | --- |
`)
	for _, c := range fault.Catalogue {
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s | %s |\n", c.Code, status(&fault.Error{Kind: c.Kind, Code: c.Code}), c.ZH, c.EN, c.Do)
	}
	return b.String()
}
