package bench

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mingzhang/migrations/pglocal"
)

// The limit is the least a durable double-entry post can be: one function call, two entries, two balances. rows/ is ours:
// the rows that a post of this program writes, with nothing else around them.
//
//go:embed limit/*.sql rows/*.sql
var scripts embed.FS

func (p *place) prepareLimit(ctx context.Context) error {
	for _, name := range []string{"limit/schema.sql", "rows/schema.sql"} {
		text, err := scripts.ReadFile(name)
		if err != nil {
			return err
		}
		if err := p.in(ctx, limitDatabase, string(text)); err != nil {
			return err
		}
	}
	return p.in(ctx, limitDatabase, "analyze")
}

var (
	tpsLine     = regexp.MustCompile(`tps = ([0-9.]+) \(without initial connection time\)`)
	latencyLine = regexp.MustCompile(`latency average = ([0-9.]+) ms`)
)

// pgbench measures a script. units is what one run of it counts for. pgbench tells only the mean latency.
func (r *run) pgbench(script string, clients, units int) side {
	return side{strings.TrimSuffix(filepath.Base(script), ".sql"), func(ctx context.Context) (sample, error) {
		text, err := scripts.ReadFile(script)
		if err != nil {
			return sample{}, err
		}
		file := filepath.Join(r.place.dir, filepath.Base(script))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return sample{}, err
		}
		ctx, cancel := context.WithTimeout(ctx, r.length()+time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, filepath.Join(r.place.cluster.BinDir, "pgbench"), "-n", "-M", "prepared", "-j", "1", //nolint:gosec // of the cluster's own version
			"-c", strconv.Itoa(clients), "-T", strconv.Itoa(r.Seconds), "-f", file, r.place.cluster.DSN(pglocal.Admin, limitDatabase))
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Run(); err != nil {
			return sample{}, fmt.Errorf("pgbench: %w: %s", err, said.Bytes())
		}
		tps, err := figure(tpsLine, out.String())
		if err != nil {
			return sample{}, err
		}
		mean, err := figure(latencyLine, out.String())
		if err != nil {
			return sample{}, err
		}
		return sample{perSecond: tps * float64(units), mean: time.Duration(mean * float64(time.Millisecond))}, nil
	}}
}

func figure(line *regexp.Regexp, out string) (float64, error) {
	m := line.FindStringSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("pgbench did not tell %s: %s", line, out)
	}
	return strconv.ParseFloat(m[1], 64)
}
