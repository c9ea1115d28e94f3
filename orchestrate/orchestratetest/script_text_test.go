package orchestratetest_test

import (
	"context"
	"errors"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

var place = regexp.MustCompile(`\(\w+_test\.go:\d+\)|\w+_test\.go:\d+`)

// told is what the test was told, with the places of lines made the same.
func told(t *testing.T, test func(t *fakeT)) string {
	t.Helper()
	fake := run(test)
	require.True(t, fake.Failed())
	return place.ReplaceAllString(fake.text(), "@")
}

func TestTheTextsOfAScript(t *testing.T) {
	t.Parallel()
	welcome := orchestrate.Bind(Welcome, "users")
	fetch := kit.Expect(Fetch{Container: "users", Items: 3}).Return([]string{"Ada", "Grace"})
	forever := func(y actions.Yield) (int, error) {
		for {
			_, _ = orchestrate.Do(y, Price{Thing: "a"})
		}
	}
	for name, c := range map[string]struct {
		test func(t *fakeT)
		want string
	}{
		"another action": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, welcome, fetch, kit.Expect(Greet{Name: "Ida"}), kit.Expect(Greet{Name: "Grace"}))
			},
			`script: step 1 is not as expected
  want: orchestratetest_test.Greet{Name: "Ida"}  @
  got:  orchestratetest_test.Greet{Name: "Ada"}
        Name: want "Ida", got "Ada"
so far:
  0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada", "Grace"}`,
		},
		"another type": {
			func(t *fakeT) { _, _ = kit.RunScript(t, welcome, price("a")) },
			`script: step 0 is not as expected
  want: orchestratetest_test.Price{Thing: "a"}  @
  got:  orchestratetest_test.Fetch{Container: "users", Items: 3}
so far: nothing`,
		},
		"too early": {
			func(t *fakeT) { _, _ = kit.RunScript(t, thing("b", "a"), price("a"), price("b")) },
			`script: step 0 is not as expected
  want: orchestratetest_test.Price{Thing: "a"}  @
  got:  orchestratetest_test.Price{Thing: "b"}
        Thing: want "a", got "b"
  it is expected later: @
so far: nothing`,
		},
		"one of several": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, thing("x"), kit.Optional(kit.ExpectType[Greet]()),
					kit.InAnyOrder(price("a"), kit.ExpectMatch(func(a Price) bool { return a.Thing == "b" })))
			},
			`script: step 0 is not as expected
  want: any orchestratetest_test.Greet, optional  @
  or:   orchestratetest_test.Price{Thing: "a"}  @
  or:   any orchestratetest_test.Price that matches  @
  got:  orchestratetest_test.Price{Thing: "x"}
so far: nothing`,
		},
		"one too many": {
			func(t *fakeT) { _, _ = kit.RunScript(t, welcome, fetch, kit.Expect(Greet{Name: "Ada"})) },
			`script: step 2 is one too many: every line has been played
  got:  orchestratetest_test.Greet{Name: "Grace"}
so far:
  0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada", "Grace"}
  1  orchestratetest_test.Greet{Name: "Ada"}`,
		},
		"left": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, welcome, fetch, kit.Expect(Greet{Name: "Ada"}).Fail(errBusy),
					kit.Expect(Greet{Name: "Grace"}), kit.Optional(price("a")))
			},
			`script: 1 line is left:
  orchestratetest_test.Greet{Name: "Grace"}  @
so far:
  0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada", "Grace"}
  1  orchestratetest_test.Greet{Name: "Ada"} → error: the line is busy`,
		},
		"too early in a scope, where nobody is beside": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, func(y actions.Yield) (int, error) {
					return orchestrate.Scope(y, "s", thing("b", "a"))
				}, price("a"), price("b"))
			},
			`script: step 0.0.0 is not as expected
  want: orchestratetest_test.Price{Thing: "a"}  @
  got:  orchestratetest_test.Price{Thing: "b"}
        Thing: want "a", got "b"
  it is expected later: @
so far: nothing`,
		},
		"left, and told once": {
			func(t *fakeT) {
				s := kit.Script(t, price("a"))
				s.AssertExpectations()
				s.AssertExpectations()
			},
			`script: 1 line is left:
  orchestratetest_test.Price{Thing: "a"}  @
so far: nothing`,
		},
		"left when the test has failed anyway": {
			func(t *fakeT) {
				kit.Script(t, price("a"))
				kit.On(kit.NewMock(t), Price{})
				t.Errorf("it is raining")
			},
			`it is raining`,
		},
		"left at the end of the test": {
			func(t *fakeT) { kit.Script(t, fetch, price("a")) },
			`script: 2 lines are left:
  orchestratetest_test.Fetch{Container: "users", Items: 3}  @
  orchestratetest_test.Price{Thing: "a"}  @
so far: nothing`,
		},
		"in a branch": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, orchestrate.Bind(Sum, []string{"a", "b"}), kit.Expect(Greet{Name: "a"}),
					price("a").Return(1), price("b").Return(2))
			},
			`script: step 0.1.0 is not as expected
  want: orchestratetest_test.Price{Thing: "b"}  @
  got:  orchestratetest_test.Greet{Name: "b"}
so far:
  0.0.0  orchestratetest_test.Greet{Name: "a"}
  0.0.1  orchestratetest_test.Price{Thing: "a"} → 1`,
		},
		"missed by the branches": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, func(y actions.Yield) (int, error) {
					if _, err := orchestrate.All(y, thing("a"), thing("b")); err != nil {
						return 0, err
					}
					return orchestrate.Do(y, Price{Thing: "c"})
				}, price("a").Return(1), price("c"), kit.Optional(price("d")), price("b").Return(2))
			},
			`script: step 1 comes after a group in which 1 line is left:
  orchestratetest_test.Price{Thing: "c"}  @
so far:
  0.0.0  orchestratetest_test.Price{Thing: "a"} → 1
  0.1.0  orchestratetest_test.Price{Thing: "b"} → 2`,
		},
		"used twice": {
			func(t *fakeT) {
				s := kit.Script(t, price("a"), price("b"))
				_, _ = thing("a")(s.Yield())
				_, err := thing("b")(s.Yield())
				t.Errorf("%v", errors.Unwrap(err))
			},
			`script: used for a second run, which yielded orchestratetest_test.Price{Thing: "b"}
  a script is for one run: make another one with Script
so far:
  0  orchestratetest_test.Price{Thing: "a"} → 0
---
script: orchestratetest_test.Price{Thing: "b"} is not expected, so the test has failed`,
		},
		"never answered": {
			func(t *fakeT) { _, _ = kit.RunScript(t, thing("a"), price("a").Never()) },
			`script: step 0: orchestratetest_test.Price{Thing: "a"} is never answered, and nothing goes on ` +
				"that could make up for it\nso far: nothing",
		},
		"a predicate that panics": {
			func(t *fakeT) {
				_, _ = kit.RunScript(t, thing("a"), kit.ExpectMatch(func(Price) bool { panic("boom") }))
			},
			`script: step 0: a function that was to match orchestratetest_test.Price{Thing: "a"} panicked: boom`,
		},
		"outside a run": {
			func(t *fakeT) { _, _ = kit.Script(t).Execute(context.Background(), Price{Thing: "a"}) },
			`script: an action outside a run is one too many: every line has been played
  got:  orchestratetest_test.Price{Thing: "a"}
so far: nothing`,
		},
		"a flow that does not heed": {
			func(t *fakeT) { _, _ = kit.RunScript(t, forever) },
			`script: step 0 is one too many: every line has been played
  got:  orchestratetest_test.Price{Thing: "a"}
so far: nothing`,
		},
		"no flow": {
			func(t *fakeT) { _, _ = kit.RunScript[int](t, nil) },
			`orchestratetest.RunScript: the flow is nil`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, told(t, c.test))
		})
	}
}

func TestALongListIsCut(t *testing.T) {
	t.Parallel()
	var lines []kit.Line
	var things []string
	for range 30 {
		lines, things = append(lines, price("a")), append(things, "a")
	}
	text := told(t, func(t *fakeT) { _, _ = kit.RunScript(t, thing(things...), append(lines, lines...)...) })
	require.Contains(t, text, "script: 30 lines are left:\n  orchestratetest_test.Price{Thing: \"a\"}  @\n")
	require.Contains(t, text, "\n  … and 10 more\nso far:\n  … 10 more, and then\n  10  orchestratetest_test.Price")
}

func TestALineMustMakeSense(t *testing.T) {
	t.Parallel()
	var (
		fake  = &fakeT{}
		runs  = func() { _, _ = kit.RunScript(nil, thing()) }
		group = func() { kit.ExpectType[actions.Group]() }
	)
	for want, f := range map[string]func(){
		"Expect: expect the value orchestratetest_test.Price{…}, not a pointer to it": func() { kit.Expect(&Price{}) },
		"Expect: the action is nil": func() { kit.Expect((*Price)(nil)) },
		"Expect: groups and scopes are carried out: expect the actions inside":     func() { kit.Expect(actions.Group{}) },
		"ExpectType: groups and scopes are carried out: expect the actions inside": group,
		"ExpectMatch: the function is nil":                                         func() { kit.ExpectMatch[Price](nil) },
		"Expect.Fail: the error is nil":                                            func() { price("a").Fail(nil) },
		"Expect.Do: the function is nil":                                           func() { price("a").Do(nil) },
		"Sequence: the line is nil":                                                func() { kit.Sequence(nil) },
		"InAnyOrder: the line is nil":                                              func() { kit.InAnyOrder(nil) },
		"Optional: the line is nil":                                                func() { kit.Optional(nil) },
		"Script: line 0 is nil":                                                    func() { kit.Script(fake, nil) },
		"Script: the test is nil":                                                  func() { kit.Script(nil) },
		"RunScript: the test is nil":                                               runs,
	} {
		require.PanicsWithValue(t, "orchestratetest."+want, f)
	}
}
