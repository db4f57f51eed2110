package accounting

// For tests of what the batch worker does with what waits: they must be able to let it wait.

// HoldBack posts a voucher and keeps the worker from going on until release: what is sent meanwhile waits together. The
// worker is held once the voucher's answer stands in the books.
func (b *Books) HoldBack(p Posting) (release func(), err error) {
	p.Voucher.Book = p.Command.Book
	held, err := prepare(p.Voucher, p.Command)
	if err != nil {
		return nil, err
	}
	held.done = make(chan result) // without room for the answer the worker stands at handing it over
	return func() { <-held.done }, b.enqueue(held)
}

// Waiting is how many postings wait in a book's queue.
func (b *Books) Waiting(book BookID) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.workers[book].queue)
}

// WellFormed says whether a voucher gets as far as the queue.
func WellFormed(p Posting) bool {
	p.Voucher.Book = p.Command.Book
	return p.Command.check() == nil && p.Voucher.wellFormed() == nil
}
