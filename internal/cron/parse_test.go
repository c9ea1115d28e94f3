package cron_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/cron"
)

func TestWhatIsNoExpressionIsAnErrorThatNamesTheField(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         `cron expression "": it is empty`,
		"* * * *":                  "it has 4 fields, and should have 5",
		"0 0 3 * * *":              "it has 6 fields, and should have 5",
		"60 * * * *":               `minute "60": 60 is not between 0 and 59`,
		"* 24 * * *":               `hour "24": 24 is not between 0 and 23`,
		"* * 0 * *":                `day of the month "0": 0 is not between 1 and 31`,
		"* * * 13 *":               `month "13": 13 is not between 1 and 12`,
		"* * * * 8":                `day of the week "8": 8 is not between 0 and 7`,
		"* * * * mond":             `day of the week "mond": "mond" is neither a number nor a name such as "sun"`,
		"* * * monday *":           `month "monday": "monday" is neither a number nor a name such as "jan"`,
		"*/0 * * * *":              `minute "*/0": a step of 0 leads nowhere`,
		"*/90 * * * *":             `minute "*/90": a step of 90 is longer than the field`,
		"*/x * * * *":              `minute "*/x": the step "x" is not a number`,
		"*/ * * * *":               `minute "*/": the step "" is not a number`,
		"5-1 * * * *":              `minute "5-1": the range 5-1 runs backwards`,
		"1-2-3 * * * *":            `minute "1-2-3": "2-3" is not a number`,
		"1,,2 * * * *":             `minute "1,,2": a part of the list is empty`,
		"-1 * * * *":               `minute "-1": "" is not a number`,
		"+1 * * * *":               `minute "+1": "+1" is not a number`,
		"*5 * * * *":               `minute "*5": "*5" is not a number`,
		"* * L * *":                `day of the month "l": "l" is not a number`,
		"99999999999999 * * * *":   `minute "99999999999999": 99999999999999 is not between 0 and 59`,
		"*/99999999999999 * * * *": "a step of 99999999999999 is longer than the field",
		"0 0 30 2 *":               `day of the month "30": none of its months has such a day`,
		"0 0 31 4,6,9,11 *":        "none of its months has such a day",
		"TZ=":                      "a time zone is no part of it",
		"TZ=UTC * * * * *":         "a time zone is no part of it",
		"CRON_TZ= * * * * *":       "a time zone is no part of it",
		"@fortnightly":             "there are @yearly",
		"@daily *":                 "there are @yearly",
		"@every 5m":                "there are @yearly",
		"٣ * * * *":                "not ASCII",
		strings.Repeat("* ", 999):  "longer than 500 characters",
	} {
		_, err := cron.Parse(text)
		var wrong *cron.Error
		require.ErrorAs(t, err, &wrong, text)
		require.Equal(t, text, wrong.Expression)
		require.ErrorContains(t, err, want)
		require.Less(t, len(err.Error()), 400)
	}
}

func TestExpressionsThatMeanTheSame(t *testing.T) {
	t.Parallel()
	for a, b := range map[string]string{
		"@yearly":             "0 0 1 1 *",
		"@annually":           "0 0 1 JAN *",
		"@Monthly":            "0 0 1 * *",
		"@weekly":             "0 0 * * 7",
		"@daily":              "0 0 * * *",
		"@midnight":           "0\t0  *   *\n*",
		"@hourly":             "0 0-23 1-31 1-12 0-6",
		"*/20 * * * *":        "0,20,40 * * * *",
		"5/20 * * * *":        "5,25,45 * * * *",
		"10-40/10,3 * * * *":  "3,10,20,30,40 * * * *",
		"0 9 * * mon-FRI":     "0 9 * * 1-5",
		"0 9 * * fri-7":       "0 9 * * 0,5,6",
		"0 9 * feb-apr,dec *": "0 9 * 2,3,4,12 *",
		"0 9 * * */2":         "0 9 * * 0,2,4,6",
		"0 9 13 * fri":        "0 9 13-13 * 5",
		"0 9 */1 * 1":         "0 9 * * 1",
	} {
		at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
		for range 100 {
			next, ok := parse(t, a).Next(at, time.UTC)
			require.True(t, ok, a)
			same, ok := parse(t, b).Next(at, time.UTC)
			require.True(t, ok, b)
			require.Equal(t, next, same, "%s and %s after %v", a, b, at)
			at = next
		}
	}
}

func TestAnExpressionIsShownAsItWasWritten(t *testing.T) {
	t.Parallel()
	require.Equal(t, "0 3 * * MON", parse(t, "0 3 * * MON").String())
}

func parse(t require.TestingT, text string) cron.Expression {
	x, err := cron.Parse(text)
	require.NoError(t, err)
	return x
}
