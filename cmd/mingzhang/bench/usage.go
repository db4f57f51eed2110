package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// usage is processor time spent, in ticks of a hundredth of a second, by whom.
type usage struct{ all, postgres, service, bench uint64 }

// startUsage begins to watch. The rest of the machine is what spoils figures, so each raw row tells it.
func startUsage(r *run) usage {
	u := usage{all: busyTicks()}
	u.bench, _ = processTicks(os.Getpid())
	for _, s := range r.services {
		t, _ := processTicks(s.pid())
		u.service += t
	}
	postmaster := r.place.cluster.PID()
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if t, parent := processTicks(pid); parent == postmaster || pid == postmaster {
				u.postgres += t
			}
		}
	}
	return u
}

func (u usage) since(r *run) string {
	now := startUsage(r)
	d := func(a, b uint64) float64 { return max(0, float64(a)-float64(b)) / 100 / r.length().Seconds() }
	others := now.all - u.all - min(now.all-u.all, now.postgres-u.postgres+now.service-u.service+now.bench-u.bench)
	return fmt.Sprintf("processors: postgres %.2f service %.2f generator %.2f others %.2f", d(now.postgres, u.postgres), d(now.service, u.service), d(now.bench, u.bench), d(others, 0))
}

// busyTicks is all processors' time that was not idle.
func busyTicks() (n uint64) {
	text, _ := os.ReadFile("/proc/stat")
	first, _, _ := strings.Cut(string(text), "\n")
	for i, f := range strings.Fields(first) {
		if v, err := strconv.ParseUint(f, 10, 64); err == nil && i != 4 && i != 5 && i < 9 { // 4 idle, 5 waiting for input
			n += v
		}
	}
	return n
}

func processTicks(pid int) (ticks uint64, parent int) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0
	}
	// The name stands in brackets and may hold anything; fields are counted behind it.
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(f) < 15 {
		return 0, 0
	}
	parent, _ = strconv.Atoi(f[1])
	for _, field := range f[11:15] { // user and system time of its own, and of its children that ended: pgbench, its sessions
		t, _ := strconv.ParseUint(field, 10, 64)
		ticks += t
	}
	return ticks, parent
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	return strings.Join(strings.Fields(string(text))[:min(3, len(strings.Fields(string(text))))], " ")
}
