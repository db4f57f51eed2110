package projects_test

import (
	"fmt"
	"strings"
)

// rows are attacks of rows that break a check: each is refused by it alone.
func rows(lists ...string) (all []attack) {
	for _, l := range lists {
		all = append(all, attack{"<row " + l + ">", "23514"})
	}
	return all
}

// only is one attack that a trigger or an index refuses.
func only(statements, state string) []attack { return []attack{{statements, state}} }

// seen raises AC000 when the unit of a party is what a trigger should have made of it.
func seen(unit string) string {
	return "do $$ begin if exists (select from projects.node_parties p where p.unit_id is " + unit + ") then raise 'the trigger was here' using errcode = 'AC000'; end if; end $$"
}

const (
	otherUUID   = "'00000000-0000-0000-0000-000000000002'"
	draftRow    = "<row content='{}', content_hash=sha256('{}'), state='draft', flow='small', amount=>; "
	filer       = "<row of projects.role_grants role='project_clerk'>; "
	foreignLine = "<row of accounting.budget_lines project_id=" + otherUUID + ", fiscal_year=2025, fund_nature='general_public_budget'>; "
)

// approvedRow writes a request of one yuan that stands approved, with more said of it.
func approvedRow(payment, flow, more string) string {
	row := fmt.Sprintf(`<row of projects.documents kind='payment_request', state='approved', content='{"payment":"%s","date":"2025-03-01"}', content_hash=, amount=, flow='%s'`, payment, flow)
	if more != "" {
		row += ", " + more
	}
	return row + ">; "
}

// contractRow writes a contract of a hundred yuan, of which a yuan is agreed as its advance.
func contractRow(more string) string {
	return "<row of projects.contracts type='works', draw_by='order', price=100, " + more + ">; "
}

// matchedLines writes a bank's line of five yuan on 1002.01, a line of the books with so much on an account, and their match.
func matchedLines(account string, amount int, more string) string {
	return fmt.Sprintf(`alter table accounting.lines disable trigger user; <row of projects.bank_lines month=202503, received=5, paid=0>; <row of projects.bank_accounts ledger_account='1002.01', %s>; <row of accounting.ledgers>;
		<row of accounting.lines period=202503, account='%s', debit=%d, credit=0, economic_class=''>; <row month=202503, period=202503, counts_from=202503>`, more, account, amount)
}

// theirAttacks are those that the form of a guard does not tell. A row is what stands there and else nothing that matters:
// every number of it is 1, every identity the same.
var theirAttacks = map[string][]attack{
	// lists brought in, the bank's side
	"external_codes code_is_of_one":                    rows("project_id=, budget_line_id="),
	"bank_statements opens_as_the_month_before_closed": only("<row month=202503, month_before=202502, opening=7, closing=9>", "23503"),
	"bank_lines day_of_the_month":                      rows("month=202503, day='2025-04-01'", "month=202503, day='2024-03-01'"),
	"bank_lines received_or_paid":                      rows("received=1, paid=1", "received=0, paid=0"),
	"bank_statements bank_statements_month_check":      rows("month=202513", "month=202500"),
	"bank_statements before_is_the_month_before":       rows("month=202503, month_before=202501", "month=202501, month_before=202500"),
	"bank_statements statement_adds_up":                rows("opening=1, received=1, paid=1, closing=2"),
	"bank_statements statements_begin_once":            only("<row month=202503>; <row month=202504>", "23505"),
	"imports list_imported_once":                       only("<row>; <row import_id="+otherUUID+">", "23505"),
	"imports withdrawn_by_another":                     rows("withdrawn_by="),
	"imports withdrawal_is_whole":                      rows("withdrawn_by="+otherUUID, "withdrawn_at=, withdrawn_because=, withdrawn_rows="),
	"imports withdrawn_once":                           only("<row withdrawn_at=>; update projects.imports set withdrawn_because = 'y'", "AC033"),
	"bank_matches by_hand_says_why":                    rows("reason='by_hand'", "reason='serial', because="),
	"bank_matches counts_when_both_are_there":          rows("month=202503, counts_from=202502", "period=202503, counts_from=202502"),
	"bank_matches ends_after_it_began":                 rows("counts_from=202503, ended_from=202502"),
	"bank_matches end_is_whole":                        rows("ended_from=", "ended_from=, ended_by=, ended_at="),
	"bank_matches bank_line_matched_once":              only("<row ordinal=1, number=1>; <row ordinal=2, number=2>", "23505"),
	"bank_matches voucher_line_matched_once":           only("<row line_no=1>; <row line_no=2>", "23505"),
	"bank_matches match_ends_once":                     only("<row ended_from=>; update projects.bank_matches set ended_because = 'y'", "AC033"),
	"bank_matches judge_bank_match":                    {{matchedLines("1002.01", 4, ""), "AC077"}, {matchedLines("1002.02", 5, ""), "AC077"}, {matchedLines("1002.01", -5, ""), "AC077"}, {matchedLines("1002.01", 5, "node_id="+otherUUID), "AC077"}, {"<row>", "AC077"}},
	"bank_matches goes_with_its_list":                  only("<row>; delete from projects.bank_matches", "AC034"),
	"bank_lines goes_with_its_list":                    only("<row>; delete from projects.bank_lines", "AC034"),
	"bank_statements goes_with_its_list":               only("<row of projects.imports>; <row>; delete from projects.bank_statements", "AC034"),
	"treasury_matches goes_with_its_list":              only("<row of projects.treasury_payments month=202503>; <row>; delete from projects.treasury_matches", "AC034"),
	"treasury_payments goes_with_its_list":             only("<row of projects.imports>; <row>; delete from projects.treasury_payments", "AC034"),
	"closing_sheets hash_is_of_content":                rows("content='y'"),
	"treasury_payments day_in_month":                   rows("month=202503, day='2025-04-01'", "month=202503, day='2024-03-01'"),
	"treasury_matches order_is_paid_once":              only("<row returned=false>; <row returned=false, voucher_no='y'>", "23505"),
	"payment_lines note_failed_order":                  only("<row state='ordered', order_number=>; update projects.payment_lines set state = 'failed'; do $$ begin if exists (select from projects.failed_orders) then raise 'the trigger was here' using errcode = 'AC000'; end if; end $$", "AC000"),

	// documents and what is done with them
	"documents list_of_number_once":               only(`<row kind='budget', state='posted', content='{"event":"Indicators","document_no":"7〔1〕"}'>; <row document_id=gen_random_uuid(), number='y', kind='budget', state='draft', content='{"event":"Indicators","document_no":"７ [1]"}'>`, "23505"),
	"acts outside_act_by_two":                     rows("entered_by="),
	"acts outside_act_is_whole":                   rows("outside_name=, outside_office=, outside_date=, paper_hash=", "entered_by="),
	"outside_acts outside_act_checked_by_another": rows("checked_by="),
	"acts taken_back_says_why":                    rows("verb='return'", "verb='reject'", "verb='recall'", "verb='cancel_order'"),
	"documents document_keeps": {
		{draftRow + "update projects.documents set kind = 'other'", "AC034"}, {draftRow + "update projects.documents set unit_id = " + otherUUID, "AC034"},
		{draftRow + "update projects.documents set created_by = " + otherUUID, "AC034"}, {draftRow + "update projects.documents set number = 'other'", "AC034"},
		{draftRow + "update projects.documents set content = '[]'", "AC033"}, {draftRow + "update projects.documents set content_hash = sha256('y')", "AC033"},
		{draftRow + "update projects.documents set amount = 2, state = 'submitted'", "AC033"},
		{strings.Replace(draftRow, "draft", "submitted", 1) + "update projects.documents set amount = 2", "AC033"},
		{strings.Replace(draftRow, "draft", "submitted", 1) + "update projects.documents set flow = 'works'", "AC033"},
		{draftRow + "update projects.documents set state = 'posted'", "AC043"}, {draftRow + "update projects.documents set round = 2", "AC043"},
	},
	"acts judge_acts": only(
		"<row of projects.documents content='{}', content_hash=, kind='payee', flow='small', state='draft'>;"+
			"<row verb='approve', duty='approve', from_state='submitted', to_state='registered', document_hash=sha256('y')>", "AC043"),
	"documents one_open_certificate": only(
		`<row kind='certificate', state='draft', content='{"contract":"1"}'>; <row kind='certificate', state='measured', content='{"contract":"1"}', document_id=`+otherUUID+`>`, "23505"),
	"documents carry_attachments":                   only(`<row content='{"attachments":["00"]}'>`, "AC072"),
	"outside_acts carry_paper":                      only("<row paper_hash=>", "AC072"),
	"receipts carry_paper":                          only("<row paper_hash=>", "AC072"),
	"accounting.vouchers judge_beside_events":       only("<row period=202503, source='manual', kind='ordinary'>", "AC070"),
	"role_grants judge_roles":                       only("<row role='admin'>; <row role='project_clerk', grant_id="+otherUUID+">", "AC052"),
	"delegations judge_roles":                       only("<row role='admin'>; <row role='project_clerk', delegation_id="+otherUUID+">", "AC052"),
	"delegations delegations_check":                 rows("until_day='2025-02-28'"),
	"delegations delegations_check1":                rows(""),
	"delegations role_is_lent":                      rows("role='admin'", "role='auditor'", "role='inspector'"),
	"departures departures_check":                   rows(""),
	"role_grants role_grants_check":                 rows("until_day='2025-02-28'"),
	"settings settings_payee_wait_hours_check":      rows("payee_wait_hours=-1", "payee_wait_hours=721"),
	"flows flows_minimum_persons_check":             rows("minimum_persons=2", "minimum_persons=10"),
	"approval_bands approval_bands_approvers_check": rows("approvers=0", "approvers=6"),
	"files files_size_check":                        rows("size=0", "size=209715201"),

	// Whose unit a party is, is looked up: what is written there does not stay.
	"node_parties party_unit":     only("<row unit_id="+otherUUID+">; "+seen("null"), "AC000"),
	"accounting.units unit_party": only("<row of projects.node_parties role='lead', name='新单位'>; <row code='N', name='新单位'>; "+seen("not null"), "AC000"),

	// the tree
	"nodes nodes_book_id_parent_id_fkey": only("<row parent_id="+otherUUID+">", "23503"),
	"nodes nodes_check":                  rows("parent_id="),
	"nodes nodes_code_check":             rows("code=''", "code=repeat('x',41)"),
	"plan_lines lump_or_rate":            rows("kind='lump'", "kind='lump', amount=, rate=", "kind='lump', amount=, quantity=", "kind='rate'", "kind='rate', rate=, amount="),

	// the budget
	"subsidy_batches batch_is_count_times_rate": rows("total=1.01", "count=3, rate=0.3333, total=0.99"),
	"subsidy_batches list_published_before":     rows("locked_on='2025-02-28'"),
	"subsidy_batches subsidy_batches_check":     rows("published_until='2025-02-28'"),
	"injections injections_share_check":         rows("share=0", "share=100.0001"),
	"village_records village_records_check":     rows("published_on='2025-02-28'"),
	"cash_plans cash_plans_quarter_check":       rows("quarter=0", "quarter=5"),

	// contracts
	"contracts contracts_check":                             rows("advance_terms=1.01", "advance_terms=-1"),
	"contracts contracts_progress_rate_check":               rows("progress_rate=0", "progress_rate=100.0001"),
	"contracts contracts_settled_rate_check":                rows("settled_rate=0", "settled_rate=100.0001"),
	"contracts contracts_retention_rate_check":              rows("retention_rate=-0.0001", "retention_rate=100"),
	"contracts contracts_recoup_rate_check":                 rows("recoup_rate=-0.0001", "recoup_rate=100.0001"),
	"contracts contracts_defects_months_check":              rows("defects_months=-1", "defects_months=121"),
	"contracts retention_of_works_at_most_three_percent":    rows("type='works', retention_rate=3.0001"),
	"contracts funded_within_price":                         rows("funded=1.01"),
	"contracts advance_within_terms":                        rows("advance_held=1.01", "advance_paid=1.01", "advance_held=0.50, advance_paid=0.51"),
	"contracts recouped_within_advance":                     rows("advance_recouped=0.01"),
	"contracts certified_within_price":                      rows("certified=1.01"),
	"contracts certified_adds_up":                           rows("certified=1", "certified_payable=1", "certified=1, certified_payable=1, advance_recouped=0.01", "certified=1, certified_payable=1, retention_kept=0.01", "claimed=0.01"),
	"contracts paid_within_certified":                       rows("payable_held=0.01", "payable_paid=0.01", "certified_payable=1, payable_held=0.50, payable_paid=0.51"),
	"contracts retention_within_rate":                       rows("certified=100, retention_kept=1.01", "retention_kept=0.01"),
	"contracts retention_within_kept":                       rows("retention_held=0.01", "retention_paid=0.01", "retention_forfeited=0.01", "retention_kept=1, retention_held=0.34, retention_paid=0.33, retention_forfeited=0.34"),
	"contracts returned_within_claim":                       rows("claim_returned=0.01"),
	"contracts settled_is_whole":                            rows("state='settled'", "state='settled', settled_price=0", "state='settled', settled_on=", "settled_price=0, settled_on=", "state='settled', settled_on=, settled_price=1"),
	"contracts settled_closes_advance":                      rows("state='settled', advance_held=0.01", "state='settled', advance_paid=0.01"),
	"contracts terminated_has_day":                          rows("state='terminated'"),
	"contract_items quantity_or_lump":                       rows("quantity=", "unit_price=", "quantity=2, unit_price=1"),
	"contract_items certified_within_item":                  rows("certified_amount=1.01", "quantity=1, certified_quantity=1.001"),
	"contract_items contract_items_certified_percent_check": rows("certified_percent=-0.001", "certified_percent=100.001"),
	"certificates certificate_adds_up":                      rows("net=0, retained=0, recouped=0", "net=1", "net=1, retained=0"),
	"settlements cut_adds_up":                               rows("certified_before=2, cut_unpaid=0, cut_retained=0, overpaid=0.99", "certified_before=2"),
	"settlements overpaid_is_due":                           rows("overpaid=1", "overpaid=0, overpaid_due="),

	// payments
	"invoices uses_within_invoice":         rows("used=1.01", "reduced=1.01", "used=0.50, reduced=0.51"),
	"invoices red_is_not_used":             rows("red_of=, used=0.01", "red_of=, reduced=0.01"),
	"payment_requests request_adds_up":     rows("held=0.99", "held=1, paid=0.01", "held=1, given_back=0.01"),
	"payment_requests batch_of_subsidy":    rows("payment='subsidy'", "payment='fees', batch_id="),
	"payment_requests contract_of_payment": rows("payment='advance'", "payment='progress'", "payment='settlement'", "payment='retention'", "payment='fees', contract_id="),
	"payment_requests judge_request": {
		{approvedRow("fees", "works", "state='filed'") + "<row payment='fees'>", "AC043"},
		{approvedRow("fees", "works", "amount=2") + "<row payment='fees'>", "AC043"},
		{approvedRow("equipment", "works", "") + "<row payment='fees'>", "AC043"},
		{approvedRow("fees", "works", "round=2") + "<row payment='fees'>", "AC043"},
		{approvedRow("fees", "small", "") + "<row payment='fees'>", "AC043"},
		{approvedRow("fees", "small", "") + "<row of projects.flows flow='small', minimum_persons=3, up_to=0.99>; <row payment='fees'>", "AC043"},
		{approvedRow("advance", "small", "") + "<row of projects.flows flow='small', minimum_persons=3, up_to=1>; <row payment='advance', contract_id=>", "AC043"},
		{approvedRow("fees", "small", "node_id=") + "<row of projects.nodes kind='village', type='works'>; <row payment='fees'>", "AC055"},
		{approvedRow("advance", "works", "node_id="+otherUUID) + contractRow("advance_held=1") + "<row payment='advance', contract_id=>", "AC048"},
		{approvedRow("advance", "works", "node_id=") + contractRow("advance_held=0.99") + "<row payment='advance', contract_id=>", "AC048"},
		{approvedRow("progress", "works", "node_id=") + contractRow("") + "<row payment='progress', contract_id=>", "AC048"},
		{approvedRow("retention", "works", "node_id=") + contractRow("certified=100, certified_payable=99, retention_kept=1, retention_held=1") + "<row payment='retention', contract_id=>", "AC048"},
		{approvedRow("retention", "works", "node_id=") + contractRow("certified=100, certified_payable=99, retention_kept=1, retention_held=1") +
			"<row of projects.node_milestones milestone='accepted', day='2025-02-02'>; <row payment='retention', contract_id=>", "AC048"},
	},
	"payment_draws judge_draw":             only(approvedRow("fees", "works", "node_id=")+foreignLine+"<row>", "AC014"),
	"contract_funding judge_draw":          only(approvedRow("fees", "works", "node_id=")+foreignLine+"<row>", "AC014"),
	"payment_lines line_paid_once":         rows("paid=0.50", "paid=-1", "paid=1.01"),
	"payment_lines returned_within_paid":   rows("returned=0.01", "paid=1, returned=1.01"),
	"payment_lines confirmed_is_paid":      rows("state='confirmed'", "state='confirmed', paid=0.50"),
	"payment_draws returned_within_draw":   rows("returned=1.01"),
	"receipts receipt_checked_by_another":  rows("checked_by="),
	"receipts receipt_confirms_once":       only("<row bank_serial=, bank_date=, checked_by="+otherUUID+">; <row bank_serial=, bank_date=, checked_by="+otherUUID+", line_no=2>", "23505"),
	"payees one_payee_of_a_name":           only("<row name=, kind='company'>; <row name=, kind='government', payee_id="+otherUUID+", code='other'>", "23505"),
	"payees one_payee_of_a_credit_code":    only("<row credit_code='x', kind='company'>; <row credit_code='x', kind='person', payee_id="+otherUUID+", code='other', name='other'>", "23505"),
	"reissues reissue_approved_by_another": rows("approved_by="),

	// progress
	"progress_entries month_of_a_year":                 rows("month=202500", "month=202513", "month=199912", "month=300001"),
	"progress_entries percent_of_the_work":             rows("percent=-0.01", "percent=100.01"),
	"progress_entries progress_entries_problems_check": rows("problems=repeat('x',2001)"),
	"progress_entries progress_entries_measures_check": rows("measures=repeat('x',2001)"),
	"progress_entries progress_entries_reason_check":   rows("reason=repeat('x',2001)"),
	"progress_entries judge_progress": {
		{filer + "<row month=299901, role='project_clerk'>", "AC085"}, {filer + "<row month=202503, day='2099-03-05', role='project_clerk'>", "AC085"},
		{filer + "<row month=202503, day='2025-02-28', role='project_clerk'>", "AC085"}, {filer + "<row month=202503, version=2, role='project_clerk'>", "AC085"},
		{filer + "<row month=202503, role='auditor'>", "AC044"}, {filer + "<row month=202503, role='budget_officer'>", "AC044"}, {filer + "<row month=202503, role='project_head'>", "AC044"},
		{"<row month=202503, role='project_clerk'>", "AC044"},
		{filer + "<row of accounting.ledgers unit_id=" + otherUUID + ">; <row month=202503, role='project_clerk'>", "AC044"},
		{filer + "<row month=202503, percent=50, role='project_clerk'>; <row month=202503, version=2, percent=49.99, reason='', role='project_clerk'>", "AC086"},
		{filer + "<row month=202502, percent=50, role='project_clerk'>; <row month=202503, percent=49.99, reason='', role='project_clerk'>", "AC086"},
		{filer + "<row month=202503, percent=50, role='project_clerk'>; <row month=202502, percent=50.01, reason='', role='project_clerk'>", "AC086"},
	},
	"settings lights_in_order":                 rows("yellow_points=5", "red_points=5", "yellow_points=5, red_points=5", "yellow_points=-1, red_points=5", "yellow_points=5, red_points=100.01"),
	"settings settings_progress_due_day_check": rows("progress_due_day=0", "progress_due_day=29"),

	// how projects end
	"node_milestones milestone_once":      only("<row milestone='accepted'>; <row milestone='accepted', ordinal=2, document_id="+otherUUID+">", "23505"),
	"assets others_keep_their_value":      rows("settled_value=2, settled_by="),
	"assets settled_by_a_document":        rows("settled_value=1", "settled_by="),
	"assets asset_keeps":                  {{"<row>; update projects.assets set value = 2", "AC034"}, {"<row>; update projects.assets set owner = 'other'", "AC034"}, {"<row settled_value=1, settled_by=>; update projects.assets set settled_value = null, settled_by = null", "AC034"}},
	"final_accounts cost_finds_its_place": rows("rest=0.99", "works=5.01"),
	"final_accounts sources_equal_uses":   rows("uses_total=0.99"),

	// notices
	"notices notices_month_check":  rows(noticeDraft+", month=202500", noticeDraft+", month=202513", noticeDraft+", month=199912", noticeDraft+", month=300001"),
	"notices hash_is_of_content":   rows(noticeDraft + ", content='{1}'"),
	"notices month_is_over":        rows(noticeDraft + ", day='2025-01-31'"),
	"notices issued_by_another":    rows("state='issued', issue=1, decided_by=" + otherUUID + ", decided_at=now(), drafted_by=" + otherUUID + noticeText),
	"notices decided_or_draft":     rows(noticeDraft+", decided_by=", noticeDraft+", decided_at=now()", noticeDraft+", issue=1", "state='issued', decided_by="+otherUUID+", decided_at=now()"+noticeText),
	"notices one_draft_of_a_month": only("<row "+noticeDraft+">; <row "+noticeDraft+", notice_id="+otherUUID+">", "23505"),
	"notices judge_notice": {
		{"<row " + noticeDraft + ">; update projects.notices set content = '[]', content_hash = sha256('[]')", "AC043"},
		{"<row " + noticeDraft + ">; update projects.notices set day = '2025-02-11'", "AC043"}, {"<row " + noticeDraft + ">; update projects.notices set month = 202412", "AC043"},
		{"<row state='withdrawn', decided_by=, decided_at=now()" + noticeText + ">; update projects.notices set state = 'draft', decided_by = null, decided_at = null", "AC043"},
	},
}

// A draft of a notice, and what every one of them says.
const (
	noticeText  = ", month=202501, day='2025-02-10', content='{}', content_hash=sha256('{}')"
	noticeDraft = "state='draft'" + noticeText
)
