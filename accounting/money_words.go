package accounting

import "strings"

var (
	wordDigits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	wordPlaces = [...]string{"", "拾", "佰", "仟"}
)

// Words is the amount in capital figures 大写, as it stands beside the figures on forms that move money: 人民币 before it, 整
// after 元 and 角 but not after 分. Where the rule leaves 零 free it is written between sections (贰佰叁拾万零柒仟) and not between
// 元 and 角 (public-finance-rules 4.9; 会计基础工作规范 art. 52).
func (m Money) Words() string {
	text, minus := strings.CutPrefix(m.String(), "-")
	yuan, cents, _ := strings.Cut(text, ".")
	var b strings.Builder
	b.WriteString("人民币")
	if minus {
		b.WriteString("负")
	}
	yuan = strings.TrimLeft(yuan, "0")
	if yuan != "" {
		b.WriteString(wholeWords(yuan) + "元")
	}
	jiao, fen := cents[0]-'0', cents[1]-'0'
	switch {
	case jiao == 0 && fen == 0 && yuan == "":
		b.WriteString("零元整")
	case jiao == 0 && fen == 0:
		b.WriteString("整")
	case fen == 0:
		b.WriteString(wordDigits[jiao] + "角整")
	case jiao == 0:
		if yuan != "" {
			b.WriteString("零")
		}
		b.WriteString(wordDigits[fen] + "分")
	default:
		b.WriteString(wordDigits[jiao] + "角" + wordDigits[fen] + "分")
	}
	return b.String()
}

// wholeWords writes digits without leading zeros: parts of 亿, within them of 万, within those of four digits.
func wholeWords(digits string) string {
	n := len(digits)
	switch {
	case n > 8:
		return wholeWords(digits[:n-8]) + "亿" + restWords(digits[:n-8], digits[n-8:])
	case n > 4:
		return wholeWords(digits[:n-4]) + "万" + restWords(digits[:n-4], digits[n-4:])
	default:
		return wordDigits[digits[0]-'0'] + wordPlaces[n-1] + restWords(digits[:1], digits[1:])
	}
}

// restWords writes what stands behind a part. Several zeros in a row are read once, those at the end not at all.
func restWords(before, digits string) string {
	rest := strings.TrimLeft(digits, "0")
	switch {
	case rest == "":
		return ""
	case len(rest) < len(digits), len(before) > 1 && strings.HasSuffix(before, "0"):
		return "零" + wholeWords(rest)
	default:
		return wholeWords(rest)
	}
}
