package projects

import "reflect"

// kinds are all events, so that whoever offers them (the API, a form, an import) offers every row of the event table.
var kinds = []Event{
	Opening{}, Approve{}, Issue{}, Indicators{}, Supplement{}, Reduce{}, Transfer{}, Split{}, Freeze{}, Thaw{}, Commit{}, Release{}, HoldForRequest{}, ReturnRequest{},
	PayAdvance{}, Certify{}, CutSettlement{}, PayProgress{}, PayCost{}, ReturnRetention{}, ForfeitRetention{}, Refund{}, RefundEarlierYear{},
	Apportion{}, PassDown{}, ClearPassedDown{}, HandOver{}, TransferOut{}, WriteOff{}, PayWrittenOff{}, AdjustAsset{}, ClaimOverpayment{}, OverpaymentBack{},
	ApproveList{}, PaySubsidy{}, Grant{}, Inject{}, ReceiveInjection{}, PassOnInjection{}, FundReceipt{}, Relief{},
	CloseBudgetary{}, CloseFinancial{}, CarryAuthority{}, CarryIn{}, Lapse{},
}

// EventKind is an event as it is offered: its input's name (Approve), its code and its names.
type EventKind struct {
	Name   string
	Code   string
	NameZH string
	NameEN string
	// New makes an empty input to read a request into; Event of it is what Record takes.
	New func() any
}

// Events lists the kinds of events in the order of the event table.
func Events() []EventKind {
	list := make([]EventKind, len(kinds))
	for i, e := range kinds {
		t := reflect.TypeOf(e)
		r := rowOf(e)
		list[i] = EventKind{Name: t.Name(), Code: r.event, NameZH: r.zh, NameEN: r.en, New: func() any { return reflect.New(t).Interface() }}
	}
	return list
}

// EventIn gives the event behind a pointer that an EventKind made.
func EventIn(input any) (Event, bool) {
	e, ok := reflect.Indirect(reflect.ValueOf(input)).Interface().(Event)
	return e, ok
}

// variants are the events that share their code with another.
var variants = map[reflect.Type]string{reflect.TypeFor[Indicators](): "list", reflect.TypeFor[Thaw](): "thaw", reflect.TypeFor[ClearPassedDown](): "clear", reflect.TypeFor[PayWrittenOff](): "paid"}

func rowOf(e Event) eventRow { return eventRule(e.EventCode(), variants[reflect.TypeOf(e)]) }
