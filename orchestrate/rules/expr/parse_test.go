package expr_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/orchestrate/rules/expr"
)

func formatted(t require.TestingT, text string) string {
	e, err := expr.Parse(text)
	require.NoError(t, err, text)
	return expr.Format(e)
}

func TestPrecedenceFromLoosestToTightest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a | b >> c & ~x:cached":               "a | (b >> (c & (~(x:cached))))",
		"~a & b":                               "(~a) & b",
		"~a:cached":                            "~(a:cached)",
		"a & b >> c":                           "(a & b) >> c",
		"a >> b | c":                           "(a >> b) | c",
		"a | b ? c | x : a | b":                "if (a | b) then (c | x) else (a | b)",
		"if a | b then c >> x else a | b":      "if (a | b) then (c >> x) else (a | b)",
		"a ? b : c ? x : y":                    "if a then b else (if c then x else y)",
		"if a then b else if c then x else y":  "if a then b else (if c then x else y)",
		"if a then if b then c else x else y":  "if a then (if b then c else x) else y",
		"if a then b then c else x then y":     "if a then (b then c) else (x then y)",
		"if (a then b) then c else x":          "if (a >> b) then c else x",
		"if a then b else c ? x : y":           "if a then b else (c ? x : y)",
		"not a and b or c then x":              "((~a) & b) | (c >> x)",
		"!a and not !b":                        "~a & (~(~b))",
		"a & b & c":                            "a & b & c",
		"paid:retry(3, 1s):timeout(2s):cached": "((paid:retry(3, 1s)):timeout(2s)):cached",
		"a ? b : c:cached":                     "if a then b else (c:cached)",
		"(if a then b else c) & x":             "(a ? b : c) & x",
	} {
		require.Equal(t, formatted(t, want), formatted(t, text), text)
	}
	require.NotEqual(t, formatted(t, "(a & b) & c"), formatted(t, "a & b & c"), "what stands apart stays apart")
	require.NotEqual(t, formatted(t, "a & (b | c)"), formatted(t, "a & b | c"))
}

func TestFormatWritesTheOneCanonicalForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" ( ( a ) ) ": "a",
		"a and ( b or not c ) # why\n // because\n": "a & (b | ~c)",
		"a ? b : c":           "if a then b else c",
		"(a ? b : c) ? x : y": "if (if a then b else c) then x else y",
		"(a & b) & c":         "(a & b) & c",
		"not (a | b):cached":  "~(a | b):cached",
		"(~a):cached":         "(~a):cached",
		`f("a\x41\n\"", -1, 1.50, 1e3, 90s, true)`: `f("aA\n\"", -1, 1.5, 1000.0, 1m30s, true)`,
		"f()":                   "f",
		"f(1., 1e300, 2µs, 0h)": "f(1.0, 1e+300, 2µs, 0s)",
		"größe & é.b1":          "größe & é.b1",
	} {
		require.Equal(t, want, formatted(t, text))
		require.Equal(t, want, formatted(t, want))
	}
	var none *expr.Expr
	require.Empty(t, expr.Format(none)+expr.Format(&expr.Expr{}))
}

func TestErrorsTellLineAndColumnAndWhatWasExpected(t *testing.T) {
	t.Parallel()
	const argument = `1:3: expected an argument: a string, a number, a duration, true or false`
	for text, want := range map[string]string{
		"":                        `1:1: expected a rule, found the end`,
		"a &":                     `1:4: expected a rule, found the end`,
		"a\n  & ,":                `2:5: expected a rule, found ","`,
		"a b":                     `1:3: expected an operator or the end, found "b"`,
		"(a":                      `1:3: expected ")" or an operator, found the end`,
		"a)":                      `1:2: expected an operator or the end, found ")"`,
		"f(":                      argument + `, found the end`,
		"f(a)":                    argument + `, found "a"`,
		"f(1 2)":                  `1:5: expected ")" or "," after an argument, found "2"`,
		"f(1,)":                   `1:5: expected an argument: a string, a number, a duration, true or false, found ")"`,
		"if a b":                  `1:6: expected "then" of the if, found "b"`,
		"if a then b":             `1:12: expected "else" of the if, found the end`,
		"a ? b c":                 `1:7: expected ":" of the ?, with a space after it, found "c"`,
		"a ? b":                   `1:6: expected ":" of the ?, with a space after it, found the end`,
		"a & if b then c else x":  `1:5: an if within another expression needs parentheses around it`,
		"größe & é\n\tö $":        `2:2: expected an operator or the end, found "ö"`,
		"größe & $":               `1:9: unexpected character '$'`,
		"a > b":                   `1:3: unexpected character '>'`,
		"a & \"x":                 `1:5: the string is not closed by a " on its line`,
		"f(\"x\n\")":              `1:3: the string is not closed by a " on its line`,
		`f("\q")`:                 `1:3: the string "\q" is malformed`,
		`f("\xff")`:               `1:3: the string "\xff" is malformed`,
		"f(12x)":                  `1:3: "12x" is no number or duration, or too large for one`,
		"f(99999999999999999999)": `1:3: "99999999999999999999" is no number or duration, or too large for one`,
		"f(1e999)":                `1:3: "1e999" is no number or duration, or too large for one`,
		"f(-)":                    `1:3: "-" is no number or duration, or too large for one`,
		"true":                    `1:1: expected a rule, found "true"`,
		"a & \xff":                `1:5: the text is not UTF-8: byte 0xff`,
		"\x00":                    `1:1: unexpected character '\x00'`,
		":cached":                 `1:1: expected a rule, found ":cached"`,
	} {
		_, err := expr.Parse(text)
		require.EqualError(t, err, want, "%q", text)
	}
}

func TestHostileTextIsRefusedAtTheDocumentedBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a & ", expr.MaxLength/4-1)
	e, err := expr.Parse(long + "a")
	require.NoError(t, err, "a megabyte is no problem")
	require.Len(t, expr.Format(e), len(long)+1)
	for _, c := range []struct{ text, want string }{
		{long + strings.Repeat(" ", 8), `1:1: the expression has 1048580 bytes, more than 1048576`},
		{strings.Repeat("(", 1_000_000), `1:10001: the expression is nested deeper than 10000`},
		{strings.Repeat("\n(", 20_000), `10002:1: the expression is nested deeper than 10000`},
		{strings.Repeat("~", 500_000) + "a", `1:490000: the expression is nested deeper than 10000`},
		{"a" + strings.Repeat(":cached", 100_000), `1:70002: the expression is nested deeper than 10000`},
		{strings.Repeat("if a then b else ", 50_000) + "a", `1:169987: the expression is nested deeper than 10000`},
		{strings.Repeat("if ", 50_000), `1:30001: the expression is nested deeper than 10000`},
		{strings.Repeat("a ? ", 50_000), `1:40001: the expression is nested deeper than 10000`},
		{strings.Repeat("a & \"", 100_000), `1:5: expected a rule, found "\"a & \""`},
		{strings.Repeat("z", 1_000_000) + " )", `1:1000002: expected an operator or the end, found ")"`},
	} {
		_, err := expr.Parse(c.text)
		require.EqualError(t, err, c.want)
		_, err = registry.Parse(c.text)
		require.Error(t, err)
	}
	deep := strings.Repeat("a & (b | ", 4_999) + "a" + strings.Repeat(")", 4_999)
	require.Equal(t, deep, formatted(t, deep))
	rule, err := registry.Parse(deep)
	require.NoError(t, err)
	v, err := rule.Check(nil, User{})
	require.NoError(t, err)
	require.True(t, v.OK)
}

// texts generates expressions.
func texts() *rapid.Generator[string] {
	var draw func(t *rapid.T, height int) string
	draw = func(t *rapid.T, height int) string {
		leaf := rapid.SampledFrom([]string{"a", "b", "x", `has_role("r")`, "older_than(3)", "paid", "between(1, 2.5)"})
		if height == 0 {
			return leaf.Draw(t, "leaf")
		}
		part := func() string {
			s := draw(t, height-1)
			if rapid.Bool().Draw(t, "parentheses") {
				return "(" + s + ")"
			}
			return s
		}
		switch rapid.IntRange(0, 7).Draw(t, "op") {
		case 0:
			return "(" + part() + " & " + part() + ") and " + leaf.Draw(t, "leaf")
		case 1:
			return part() + "|" + part()
		case 2:
			return part() + " >> " + part() + " then (" + part() + ")"
		case 3:
			return "not (" + part() + ")"
		case 4:
			return "(if (" + part() + ") then " + part() + " else " + part() + ")"
		case 5:
			return "((" + part() + ") ? " + part() + " : " + part() + ")"
		case 6:
			return "(" + part() + ")" + rapid.SampledFrom([]string{
				":cached", ":retry(2)", ":retry(3, 1s, true, false)", ":timeout(1m)", `:named("n")`, `:message("m {{.Name}}")`,
			}).Draw(t, "modifier")
		default:
			return leaf.Draw(t, "leaf")
		}
	}
	return rapid.Custom(func(t *rapid.T) string { return draw(t, 4) })
}

func TestFormatOfParseIsStable(t *testing.T) {
	t.Parallel()
	gen := texts()
	rapid.Check(t, func(t *rapid.T) {
		text := gen.Draw(t, "text")
		e, err := expr.Parse(text)
		if err != nil { // an if in the middle, without parentheses
			t.Skip(err.Error())
		}
		once := expr.Format(e)
		again := formatted(t, once)
		require.Equal(t, once, again)
		first, err := registry.Parse(text)
		require.NoError(t, err)
		second, err := registry.Parse(once)
		require.NoError(t, err)
		require.Equal(t, first.String(), second.String(), "it is the same rule")
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"a & b | ~c", "if a then b else c", "a ? b : c", `f("x", 1, 2.5, 1h, true):retry(3, 1s)`,
		"((a))", "a # c\n& b", "\xff",
		"\"", "~",
		"not a and b then c", ":x", "f(-1e9)", "größe", "if a then b then c else d", "a:cached:message(\"{{.Name}}\")",
		"1s", "a\r\n|b",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := expr.Parse(text)
		if err != nil {
			at, ok := errors.AsType[*expr.SyntaxError](err)
			require.True(t, ok)
			require.Positive(t, at.Line)
			require.Positive(t, at.Column)
			require.LessOrEqual(t, at.Line, strings.Count(text, "\n")+1)
			require.Less(t, len(at.Message), 400)
			return
		}
		once := expr.Format(e)
		require.Equal(t, once, formatted(t, once))
		rule, err := registry.Parse(text)
		if err == nil {
			require.NotEmpty(t, rule.String())
		}
	})
}

// BenchmarkParse parses expressions of ten times the size each: the time for a byte must stay.
func BenchmarkParse(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000, 50_000} {
		text := strings.Repeat("a & (b | ~x) | ", n) + "a"
		b.Run(strconv.Itoa(len(text)), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := expr.Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
