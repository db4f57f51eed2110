package bench

import (
	"math/rand/v2"
	"strconv"

	"github.com/google/uuid"
)

// header begins a voucher's JSON; lines and footer follow.
func header(b []byte, day string) []byte {
	b = append(append(b, `{"date":"`...), day...)
	return append(b, `","memo":"测速","prepared_by":"`+preparedBy+`","attachments":1,"lines":[`...)
}

func footer(b []byte) []byte {
	b[len(b)-1] = ']' // in place of the last line's comma
	return append(b, '}')
}

// amount writes fen as yuan.
func amount(b []byte, fen int) []byte {
	b = strconv.AppendInt(b, int64(fen/100), 10)
	return append(b, '.', byte('0'+fen/10%10), byte('0'+fen%10))
}

// entry is a line: the account with what it carries, and the side.
func entry(b []byte, account, project string, dimensions []byte, side string, fen int) []byte {
	b = append(append(append(b, `{"account":"`...), account...), `","project":"`...)
	b = append(append(append(b, project...), '"'), dimensions...)
	b = append(append(append(b, `,"`...), side...), `":"`...)
	return append(amount(b, fen), `"},`...)
}

// projectNames are made once: a load generator that formats codes would measure itself.
var projectNames = func() (names [projectCount]string) {
	for i := range names {
		names[i] = projectCode(i)
	}
	return names
}()

func onLine(project string) []byte { return []byte(`,"budget_line":"` + lineCode(project) + `"`) }

var lineDimensions = func() (all [projectCount][]byte) {
	for i := range all {
		all[i] = onLine(projectNames[i])
	}
	return all
}()

// spreadVoucher approves budget on one of a thousand lines.
func spreadVoucher(random *rand.Rand, b []byte, day string) []byte {
	i, fen := random.IntN(projectCount), 1+random.IntN(1_000_000)
	b = header(b, day)
	b = entry(b, "9201", projectNames[i], lineDimensions[i], "debit", fen)
	b = entry(b, "9101", projectNames[i], lineDimensions[i], "credit", fen)
	return footer(b)
}

func spread(day string) func(int) stream {
	return func(int) stream {
		return func(random *rand.Rand, r *request) { r.body = spreadVoucher(random, r.body, day) }
	}
}

var hotLine = onLine(hotProject)

// hotFen is what the hot line is given once: more than any run can draw.
const hotFen = 90_000_000_000_000

func hotBudget(random *rand.Rand, r *request) {
	r.body = header(r.body, "2025-01-02")
	r.body = entry(r.body, "9201", hotProject, hotLine, "debit", hotFen)
	r.body = entry(r.body, "9101", hotProject, hotLine, "credit", hotFen)
	r.body = footer(r.body)
}

// hot issues a little authority of the one line.
func hot(int) stream {
	return func(random *rand.Rand, r *request) {
		fen := 1 + random.IntN(100_000)
		r.body = header(r.body, currentDay)
		r.body = entry(r.body, "9301.01", hotProject, hotLine, "debit", fen)
		r.body = entry(r.body, "9201", hotProject, hotLine, "credit", fen)
		r.body = footer(r.body)
	}
}

// partlyRefused is spread in which every tenth voucher, by chance, freezes authority that its line never had.
func partlyRefused(int) stream {
	return func(random *rand.Rand, r *request) {
		if random.IntN(10) > 0 {
			r.body = spreadVoucher(random, r.body, currentDay)
			return
		}
		i := random.IntN(projectCount)
		r.refusal, r.units = true, 0
		r.body = header(r.body, currentDay)
		r.body = entry(r.body, "9301.02", projectNames[i], lineDimensions[i], "debit", 100)
		r.body = entry(r.body, "9301.01", projectNames[i], lineDimensions[i], "credit", 100)
		r.body = footer(r.body)
	}
}

const (
	bulkSize         = 1000
	paymentLines     = 8
	paymentsOfOne    = 20 // payments of a contract before the next one is signed
	paymentFen       = 1_234_56
	contractFen      = paymentsOfOne * paymentFen
	contractsPerBulk = bulkSize / paymentsOfOne
)

// contract is what a stream of payments draws on.
type contract struct {
	project int
	subject []byte // ,"subject":{…}
	holds   []byte // its budget line and it
}

// requestSubject names a payment request with its identity, as a program does: that saves the look-up of a code nobody knows yet.
func requestSubject(id uuid.UUID) []byte {
	s := id.String()
	return []byte(`,"subject":{"id":"` + s + `","kind":"request","code":"r` + s + `"}`)
}

// sign makes a contract and writes the voucher that gives it authority and certifies its work. The contract is known by its
// code alone, as a person would write it.
func sign(random *rand.Rand, b []byte, day string) (contract, []byte) {
	c := contract{project: random.IntN(projectCount)}
	project, line := projectNames[c.project], lineDimensions[c.project]
	c.subject = []byte(`,"subject":{"kind":"contract","code":"c` + random128(random).String() + `"}`)
	c.holds = append(append([]byte(nil), line...), c.subject...)
	b = header(b, day)
	for _, e := range []struct {
		account    string
		dimensions []byte
		side       string
	}{
		{"9201", line, "debit"}, {"9101", line, "credit"}, {"9301.01", line, "debit"}, {"9201", line, "credit"},
		{"9301.03", c.holds, "debit"}, {"9301.01", line, "credit"}, {"1613.01", nil, "debit"}, {"2302.02", c.subject, "credit"},
	} {
		b = entry(b, e.account, project, e.dimensions, e.side, contractFen)
	}
	return c, footer(b)
}

// pay writes a payment out of a contract, with a request of its own: the hold, what it is for, and both at once in the
// budgetary accounts, in one voucher of eight lines.
func (c contract) pay(random *rand.Rand, b []byte, day string) []byte {
	project, line := projectNames[c.project], lineDimensions[c.project]
	request := append(append([]byte(nil), line...), requestSubject(random128(random))...)
	class := append(append([]byte(nil), line...), `,"economic_class":"30905"`...)
	b = header(b, day)
	for _, e := range [paymentLines]struct {
		account    string
		dimensions []byte
		side       string
	}{
		{"9301.04", request, "debit"}, {"9301.03", c.holds, "credit"}, {"2302.02", c.subject, "debit"}, {"4001.01", line, "credit"},
		{"7101", class, "debit"}, {"6001", line, "credit"}, {"9401", line, "debit"}, {"9301.04", request, "credit"},
	} {
		b = entry(b, e.account, project, e.dimensions, e.side, paymentFen)
	}
	return footer(b)
}

// payments signs a contract for every twenty payments. Signing takes its time but counts for nothing.
func payments(int) stream {
	var c contract
	left := 0
	return func(random *rand.Rand, r *request) {
		if left == 0 {
			left, r.units = paymentsOfOne, 0
			c, r.body = sign(random, r.body, currentDay)
			return
		}
		left--
		r.units = paymentLines
		r.body = c.pay(random, r.body, currentDay)
	}
}

// bulk joins vouchers to one request.
func bulk(r *request, n, lines int, voucher func(i int, b []byte) []byte) {
	r.path, r.vouchers, r.units = bulkPath, n, n*lines
	r.body = append(r.body, `{"vouchers":[`...)
	for i := range n {
		r.body = append(voucher(i, r.body), ',')
	}
	r.body[len(r.body)-1] = ']'
	r.body = append(r.body, '}')
}

func bulkSpread(int) stream {
	return func(random *rand.Rand, r *request) {
		bulk(r, bulkSize, 2, func(_ int, b []byte) []byte { return spreadVoucher(random, b, currentDay) })
	}
}

// random128 makes identities cheaply; version and variant as the standard has them.
func random128(random *rand.Rand) (id uuid.UUID) {
	for i, half := range []uint64{random.Uint64(), random.Uint64()} {
		for j := range 8 {
			id[i*8+j] = byte(half >> (8 * j)) //nolint:gosec // the lowest byte is meant
		}
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}
