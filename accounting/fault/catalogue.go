package fault

// Info explains a code: docs/ERRORS.md is written from this table, and the API shows Chinese by it.
type Info struct {
	Code     string
	Kind     Kind
	SQLState string // of class AC: raised by the posting function, a guard or a close
	EN       string // what it means
	ZH       string
	Do       string // what to do about it
}

// Catalogue lists every code, in the order of docs/ERRORS.md.
var Catalogue = []Info{
	{"voucher_unbalanced", KindInvalid, "AC001", "Debits and credits differ in a project and basis, or in a budget line of the authority basis", "借贷不平衡", "Compare the sums in the detail and correct the lines"},
	{"voucher_empty", KindInvalid, "AC002", "A voucher has at least two lines", "凭证少于两条分录", "Enter all lines"},
	{"account_unknown", KindInvalid, "AC003", "The chart has no such account", "会计科目不存在", "Choose an account of the chart"},
	{"account_summary", KindInvalid, "AC004", "The account is a roll-up; only leaves are posted", "只能使用末级科目", "Choose one of its sub-accounts"},
	{"basis_mismatch", KindInvalid, "AC005", "The account belongs to another basis than stated", "科目与会计体系不符", "State the basis that the account's first digit tells"},
	{"period_closed", KindConflict, "AC006", "The period is closed and will not open again", "会计期间已结账", "Post into an open period"},
	{"period_unknown", KindConflict, "AC007", "The date lies in no period of this book", "日期不在已启用的会计期间内", "Check the date; the bureau opens years"},
	{"budget_exceeded", KindConflict, "AC008", "More than the budget line has for this", "超出可用指标", "Ask for no more than the available figure in the detail, or obtain more authority"},
	{"balance_exceeded", KindConflict, "AC009", "More than the account holds for this contract, request or project", "超出科目余额", "See the available figure in the detail"},
	{"dimension_required", KindInvalid, "AC010", "The account takes a budget line or a subject that the line lacks", "缺少辅助核算项", "Add the dimension the detail names"},
	{"dimension_not_allowed", KindInvalid, "AC011", "The account does not take the budget line or subject given", "科目不允许该辅助核算项", "Leave it out"},
	{"project_unknown", KindInvalid, "AC012", "This book has no ledger for the project", "项目不存在或未建专账", "Check the code; a project is given its accounting unit first"},
	{"budget_line_unknown", KindInvalid, "AC013", "This book has no such budget line", "预算指标不存在", "Check the code"},
	{"budget_line_mismatch", KindInvalid, "AC014", "The budget line is of another project or fiscal year", "指标与项目或年度不符", "Use a line of this project and year"},
	{"subject_unknown", KindInvalid, "AC015", "The contract, request, batch or injection is not registered", "合同、申请等对象不存在", "Check the number, or register it with its code"},
	{"subject_kind", KindInvalid, "AC016", "The account takes another kind of subject", "辅助核算对象类型不符", "Use the kind the account takes"},
	{"key_reused", KindKeyReused, "AC017", "The Idempotency-Key was used before with another request", "幂等键已用于另一请求", "Use a new key for a new request"},
	{"already_reversed", KindConflict, "AC018", "The voucher was reversed before", "凭证已被冲销", "See the red voucher named in the detail"},
	{"reversal_mismatch", KindInvalid, "AC019", "A red voucher repeats all lines of its original with negative amounts", "红字凭证与原凭证不一致", "Let the system make the red voucher"},
	{"reversal_year", KindConflict, "AC020", "A red voucher belongs to the year of its original (R05)", "红字冲销不得跨年", "Correct an earlier year by a blue voucher"},
	{"reversal_of_red", KindConflict, "AC021", "A red voucher is not reversed itself", "不得冲销红字凭证", "Post the right voucher again"},
	{"voucher_unknown", KindNotFound, "AC022", "This book has no such voucher", "凭证不存在", "Check the number"},
	{"same_person", KindDenied, "AC023", "A voucher is prepared by one person and reviewed by another", "制单与审核不得为同一人", "Have another person review it"},
	{"person_unknown", KindInvalid, "AC024", "This book does not know the person", "人员不存在", "Check who prepared and reviewed it"},
	{"attachment_required", KindInvalid, "AC025", "The voucher has no attachment (R06)", "缺少附件", "State the number of attached documents"},
	{"clearing_not_zero", KindInvalid, "AC026", "A clearing account keeps a rest", "结转科目未结平", "Correct the lines of the account named"},
	{"amount_invalid", KindInvalid, "AC027", "Not an amount in yuan with at most two decimals", "金额不合规", "Write it as 1234.50, as text"},
	{"line_negative", KindInvalid, "AC028", "Negative amounts stand only in a red voucher", "负数金额只用于红字冲销", "Put the amount on the other side"},
	{"economic_class_required", KindInvalid, "AC029", "Lines on 5xxx and 7xxx carry an economic class", "缺少经济分类", "Add the class, such as 30201"},
	{"economic_class_not_allowed", KindInvalid, "AC030", "Only 5xxx and 7xxx carry an economic class", "该科目不填经济分类", "Leave it out"},
	{"period_event", KindConflict, "AC031", "The event does not belong into this period", "该业务不得记入此期间", "13 takes no payments, 14 only Y1 to Y3"},
	{"payment_confirmed", KindConflict, "AC032", "A voucher behind a confirmed payment is corrected, never merely reversed", "已付款凭证只能冲销并更正", "Correct it: red and right voucher in one act"},
	{"journal_immutable", KindDenied, "AC033", "Posted vouchers and logs are final (R02)", "已记账凭证不可更改", "Correct by a red voucher"},
	{"registry_immutable", KindDenied, "AC034", "Registries grow; rows are not removed or re-keyed", "登记信息不可删除或改码", "Register a new row"},
	{"key_in_progress", KindUnavailable, "AC035", "Another run of this key has not ended", "同一请求正在处理", "Repeat with the same key"},
	{"line_count_mismatch", KindInternal, "AC036", "A voucher came without all of its lines", "凭证分录数不符", "Report it"},
	{"kind_not_allowed", KindInvalid, "AC037", "This kind of voucher does not stand here", "凭证种类不允许", "See the detail"},
	{"close_blocked", KindConflict, "AC038", "Something stands in the way of closing the period", "结账有未完成事项", "Clear the blockers the detail names"},
	{"subject_code_taken", KindConflict, "AC039", "The code is registered for another contract, request, batch or injection", "编号已被占用", "Use its identity, or another code"},
	{"opening_late", KindConflict, "AC040", "An opening is a project's first voucher", "期初只能在首张凭证前录入", "Post an ordinary voucher"},
	{"book_unknown", KindNotFound, "", "There is no such book", "账套不存在", "Check the book"},
	{"text_invalid", KindInvalid, "", "A text is empty, too long or holds control characters", "文字不合规", "Correct the field named"},
	{"date_invalid", KindInvalid, "", "Not a day such as 2025-06-30", "日期不合规", "Write year-month-day"},
	{"period_invalid", KindInvalid, "", "Not a period such as 2025-06, or the date is outside it", "期间不合规", "Correct date or period"},
	{"id_invalid", KindInvalid, "", "Not an identity in the plain UUID form", "标识不合规", "Copy it whole"},
	{"hash_invalid", KindInvalid, "", "Not a SHA-256 in hexadecimal", "文件摘要不合规", "Send 64 hexadecimal digits"},
	{"economic_class_invalid", KindInvalid, "", "Not an economic class such as 30201", "经济分类不合规", "Write up to seven digits"},
	{"allocation_invalid", KindInvalid, "", "The split cannot be made", "分配不合规", "See the detail"},
	{"voucher_too_long", KindInvalid, "", "A voucher has at most 10,000 lines", "凭证分录过多", "Split it by document"},
	{"value_invalid", KindInvalid, "", "A value is outside what the books can hold", "数值超出范围", "Correct it"},
	{"reference_unknown", KindConflict, "", "Something it refers to does not exist in this book", "引用对象不存在", "Check the codes"},
	{"duplicate", KindConflict, "", "The code or number is taken", "编号已被占用", "Use another code"},
	{"known_in_future", KindInvalid, "", "Nobody knows the books of the future", "所知时点不得晚于现在", "Name a moment that has passed"},
	{"request_malformed", KindInvalid, "", "The request is not readable JSON of this form", "请求格式不正确", "Compare it with the API description"},
	{"request_invalid", KindInvalid, "", "Fields are missing, unknown or out of range", "请求内容不合规", "See the errors listed"},
	{"key_required", KindInvalid, "", "A command carries an Idempotency-Key", "缺少幂等键", "Send the header"},
	{"key_malformed", KindInvalid, "", "The Idempotency-Key is too long or holds control characters", "幂等键不合规", "At most 200 printable characters"},
	{"unauthorized", KindDenied, "", "No valid token", "未登录或令牌无效", "Send Authorization: Bearer with a valid token"},
	{"forbidden", KindDenied, "", "The role of this token may not do that", "无权操作", "Ask someone who may"},
	{"not_found", KindNotFound, "", "There is no such thing for you", "未找到", "Check the address"},
	{"busy", KindUnavailable, "", "Others were in the way; nothing was done", "系统繁忙，未执行", "Repeat with the same key"},
	{"outcome_unknown", KindUnavailable, "", "The end was not seen; it may have been done", "结果未知，可能已执行", "Repeat with the same key: it is done once"},
	{"unavailable", KindUnavailable, "", "The service or its database cannot do it now", "服务暂不可用", "Repeat with the same key"},
	{"internal", KindInternal, "", "Our fault", "系统内部错误", "Report the reference number"},
}
