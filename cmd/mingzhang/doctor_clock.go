package main

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/uptrace/bun"

	"mingzhang/accounting"
)

const (
	driftWarn = time.Second
	driftFail = time.Minute
)

// clock compares the database's clock, which dates vouchers, with the program's.
func (d *doctor) clock(ctx context.Context) error {
	var theirs time.Time
	before := time.Now()
	if err := d.db.NewRaw(`select clock_timestamp()`).Scan(ctx, &theirs); err != nil {
		return err
	}
	took := time.Since(before)
	drift := theirs.Sub(before.Add(took / 2)).Abs()
	switch {
	case drift > driftFail+took:
		d.fail("the clocks of database and program are %.0f s apart: set both by the network's time (timedatectl)", drift.Seconds())
	case drift > driftWarn+took:
		d.warn("the clocks of database and program are %.1f s apart: set both by the network's time (timedatectl)", drift.Seconds())
	default:
		d.ok("the clocks of database and program agree within 1 s")
	}
	return nil
}

// The kernel's words about its clock, from timex.h.
const (
	clockNotSet    = 5    // TIME_ERROR, the state adjtimex answers
	clockUnsynced  = 0x40 // STA_UNSYNC
	clockErrorWarn = 5 * time.Second
)

// timeService asks the kernel whether something keeps this machine's clock right, without a network.
func (d *doctor) timeService(context.Context) error {
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t) // without modes it only reads, which everybody may
	if err != nil {
		d.ok("this machine's clock: whether a time service keeps it cannot be seen from here (%v)", err)
		return nil
	}
	if ok, text := keptClock(state, t.Status, time.Duration(t.Maxerror)*time.Microsecond); ok {
		d.ok("this machine's clock %s", text)
	} else {
		d.warn("this machine's clock %s", text)
	}
	return nil
}

func keptClock(state int, status int32, off time.Duration) (ok bool, text string) {
	switch {
	case state == clockNotSet || status&clockUnsynced != 0:
		return false, "is kept by no time service: name the office's time server (systemd-timesyncd or chrony), or compare it with a right clock each week"
	case off > clockErrorWarn:
		return false, fmt.Sprintf("may be off by %.0f s: its time service has not heard from its server for long", off.Seconds())
	}
	return true, "is kept by a time service"
}

// lastPosting tells when the clock was set back: what is known at a moment must not depend on vouchers of a later one.
func (d *doctor) lastPosting(ctx context.Context) error {
	var last []struct {
		RecordedAt time.Time
		Ahead      float64 // seconds
	}
	err := accounting.Read(ctx, d.db.DB, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`select v.recorded_at, extract(epoch from v.recorded_at - clock_timestamp())::float8 as ahead from accounting.periods p
			join accounting.vouchers v on v.book_id = p.book_id and v.period = p.period and v.number = p.last_number order by v.recorded_at desc limit 1`).Scan(ctx, &last)
	})
	if err != nil || len(last) == 0 {
		return err
	}
	switch l := last[0]; {
	case l.Ahead > driftFail.Seconds():
		d.fail("the newest voucher was recorded at %s, %.0f s from now: the clock was wrong then or is now; post nothing until it is right", l.RecordedAt.In(china).Format(time.RFC3339), l.Ahead)
	case l.Ahead > driftWarn.Seconds():
		d.warn("the newest voucher was recorded %.1f s from now: the clock was set back", l.Ahead)
	default:
		d.ok("the newest voucher was recorded at %s", l.RecordedAt.In(china).Format(time.RFC3339))
	}
	return nil
}
