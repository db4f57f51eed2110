package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mingzhang/migrations"
	"mingzhang/migrations/pglocal"
)

func TestDoctorReadsTheKernelsWordOnTheClock(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state  int
		status int32
		off    time.Duration
		ok     bool
		want   string
	}{
		{0, 0x2001, 10 * time.Millisecond, true, "is kept by a time service"},
		{5, 0, 0, false, "is kept by no time service"},
		{0, 0x40, 0, false, "is kept by no time service"},
		{0, 0x2001, 9 * time.Second, false, "may be off by 9 s"},
	} {
		if ok, text := keptClock(tt.state, tt.status, tt.off); ok != tt.ok || !strings.HasPrefix(text, tt.want) {
			t.Errorf("state %d, status %#x, off by %s: %v %s", tt.state, tt.status, tt.off, ok, text)
		}
	}
}

// A clock that was ahead when somebody posted, or was set back since, makes "as known at" lie, so the doctor says it. What else it
// looks at stands in docs/OPERATIONS.md.
func TestDoctorSeesAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.serve().stop()
	if out := p.run("doctor"); !strings.Contains(out, "ok    the newest voucher was recorded at ") || !strings.Contains(out, " this machine's clock ") {
		t.Error(out)
	}
	p.administer(`alter table accounting.vouchers disable trigger all; update accounting.vouchers v set recorded_at = clock_timestamp() + interval '1 hour'
		from accounting.periods p where p.book_id = v.book_id and p.period = v.period and p.last_number = v.number`)
	if out, _ := p.checked("doctor"); !strings.Contains(out, "FAIL  the newest voucher was recorded at ") || !strings.Contains(out, "from now: the clock was wrong then or is now") {
		t.Error(out)
	}
}

// administer changes a private database past the service, as only its superuser can.
func (p *program) administer(statement string) {
	p.t.Helper()
	cluster, err := pglocal.Start(p.t.Context(), pglocal.Options{DataDir: p.path("var")})
	if err != nil {
		p.t.Fatal(err)
	}
	db, err := migrations.OpenOwner(cluster.DSN(pglocal.Admin, databaseName))
	if err == nil {
		_, err = db.ExecContext(p.t.Context(), statement)
		err = errors.Join(err, db.Close())
	}
	if err = errors.Join(err, cluster.Stop()); err != nil {
		p.t.Fatal(err)
	}
}
