package seeds

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"mingzhang/accounting"
	"mingzhang/projects"
)

// said are the percents of a programme from January 2025 on, a month each, with what stands in its way towards the end.
type said struct {
	project            string
	percents           []string
	problems, measures string
	from               int // the month, from 1, from which on there are problems
}

// progressStory is what units filed of each programme. The lighting stopped reporting in July; the roads report and fall behind.
func progressStory() []said {
	return []said{
		{project: "2025-01", percents: []string{"30", "70", "100"}},
		{project: "2025-02", percents: []string{"8.33", "16.67", "25", "33.33", "41.67", "50", "58.33", "66.67", "75", "83.33", "91.67", "100"}},
		{project: "2025-03", percents: []string{"0", "5", "10", "20", "30", "40", "55", "75", "85", "95", "100"}},
		{project: "2025-04", percents: []string{"0", "0", "10", "20", "30", "40", "50", "60", "90", "100"}},
		{project: "2025-05", percents: []string{"0", "0", "10", "25", "40", "51.50", "58", "66", "78", "92", "100"}},
		{project: "2025-06", percents: []string{"0", "5", "12", "25", "38", "52", "66", "82", "96", "100"}, problems: "部分住户家中无人，入户改造受阻", measures: "联合社区预约入户，周末施工", from: 7},
		{project: "2025-07", percents: []string{"0", "5", "15", "30", "45", "60"}, problems: "灯杆到货滞后", measures: "约谈供货单位，增加运力", from: 5},
		{project: "2025-08", percents: []string{"0", "5", "10", "18", "24", "28", "31", "33", "35", "36", "36", "36.50", "36.50", "36.50", "38"},
			problems: "征地未完成，两处过水路面改桥设计变更未批", measures: "提请专题会议协调征地，设计单位限期出图", from: 5},
		{project: "2025-09", percents: []string{"0", "5", "15", "25", "40", "60", "66", "72", "78", "84", "92", "100"}},
		{project: "2025-10", percents: []string{"0", "2", "8", "15", "25", "36", "47", "58", "68", "78", "88", "95", "98", "100"}, problems: "个别村议事程序未完成", measures: "乡镇包村干部驻村推动", from: 6},
	}
}

// progressActs are the entries of a year, each filed on the 3rd of the next month.
func progressActs(year int) (acts []act) {
	for _, p := range progressStory() {
		for i, percent := range p.percents {
			month := accounting.NewDate(FirstYear, time.Month(1+i), 1)
			filed := month.LastOfMonth().AddDays(3)
			if filed.Year() != year {
				continue
			}
			in := projects.NewProgress{Node: p.project, Month: month.Period(), Percent: decimal.RequireFromString(percent), Date: filed}
			if p.from > 0 && i+1 >= p.from && percent != "100" {
				in.Problems, in.Measures = "【示例】"+p.problems, "【示例】"+p.measures
			}
			acts = append(acts, act{step: fmt.Sprintf("progress/%s/%s", p.project, month.Period()), date: filed.String(), project: p.project, progress: &in})
		}
	}
	return acts
}
