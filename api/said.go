package api

import (
	"strings"

	"mingzhang/accounting/fault"
	"mingzhang/api/web"
	"mingzhang/projects"
)

// What only the books name, for sentences in which a code stands.
func init() {
	web.Called["kind"] = func(lang, code string) string { return kindName(lang, projects.DocumentKind(code)) }
	web.Called["verb"] = verbName
	web.Called["event"] = func(lang, code string) string {
		for _, e := range projects.Events() {
			if e.Code == code || e.Name == code {
				return eventName(lang, e)
			}
		}
		return code
	}
	web.Called["list"] = listName
	web.Called["field"] = fieldSaid
}

// fieldSaid names a field as forms do; of a place such as "items: amount of 101" with what it is a field of.
func fieldSaid(lang, field string) string {
	list, name, listed := strings.Cut(field, ": ")
	if !listed {
		list, name = "", field
	}
	name, of, _ := strings.Cut(name, " of ")
	if !web.Has("field." + name) {
		return field
	}
	said := web.T(lang, "field."+name)
	if of != "" && lang == "zh" {
		said = of + " 的" + said
	} else if of != "" {
		said += " of " + of
	}
	if list != "" && web.Has("field."+list) {
		said = web.T(lang, "field."+list) + " " + said
	}
	return said
}

// refusalSaid tells a refusal in the caller's language. English details of programs stay as they were made: their figures are plain.
func refusalSaid(lang string, f *fault.Error) string {
	if lang == "en" {
		return f.Detail
	}
	if form, figures := f.Saying(); form != "" {
		if text, ok := web.SaidAs(lang, form, figures); ok {
			return text
		}
	}
	return web.Said(lang, f.Detail)
}

// inWords is the same for what others than the books refuse.
func inWords(lang, message string) string {
	if lang == "en" {
		return message
	}
	return web.Said(lang, message)
}
