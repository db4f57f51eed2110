# Words for working with Mingzhang from a terminal of the server, as the manual uses them. Read it by: . desk.sh
# It needs bash, curl and jq, and root for mz. Where the service is: MINGZHANG_URL.

MINGZHANG_URL=${MINGZHANG_URL-http://127.0.0.1:8080}
declare -A token

# mz runs a command of the program as the service's own account, on its data
mz() { runuser -u mingzhang -- mingzhang "$@" --data-dir /var/lib/mingzhang; }

# login PERSON ROLE: from now on PERSON acts in that role, for twelve hours
login() { token[$1]=$(mz token create --person "$1" --role "$2" --valid 12h); }

# call PERSON ADDRESS [options of curl]: asks
call() { curl -s "$MINGZHANG_URL/api/v1/$2" -H "Authorization: Bearer ${token[$1]}" "${@:3}"; }

# post PERSON ADDRESS JSON: does something; prints the answer, or why not
post() {
	call "$1" "$2" -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" -H 'Content-Type: application/json' -d "$3" |
		jq 'if .code and .detail then {"未办": .detail, "代码": .code} else . end'
}

# scan PERSON FILE: stores a file and prints the value by which documents and imports name it
scan() {
	call "$1" "files?name=$(jq -rn --arg name "$(basename "$2")" '$name | @uri')" -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
		-H 'Content-Type: application/octet-stream' --data-binary "@$2" | jq -r .hash
}

# draft PERSON KIND JSON: drafts a document, which is then the current one
draft() {
	sheet=$(post "$1" "documents/$2" "$3")
	jq -r "$said" <<<"$sheet"
}

# take PERSON NUMBER: makes a document that is there already the current one, and prints what it says
take() {
	sheet=$(call "$1" "documents?limit=500" | jq --arg number "$2" '[.documents[]? | select(.number == $number)][0] // {"未办": "没有这张单据，或无权查看", "代码": $number}')
	jq . <<<"$sheet"
}

# step PERSON VERB [REASON]: takes the current document one desk further, on exactly the content that was shown
step() {
	post "$1" "documents/$(jq -r .id <<<"$sheet")/$2" "$(jq -n --argjson sheet "$sheet" --arg reason "${3-}" '{hash: $sheet.hash} + (if $reason == "" then {} else {reason: $reason} end)')" |
		jq -r "$said"
}

said='if .["未办"] then "未办：\(.["未办"])（\(.["代码"])）" else [.number // .document.number, .state // .document.state, .receipts[]?.voucher] | join("  ") end'
