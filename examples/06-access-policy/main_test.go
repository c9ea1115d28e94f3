package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestTheExampleTellsWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("access.rule")
	require.NoError(t, err)
	patient := filepath.Join(t.TempDir(), "access.rule") // billing is here, but the machine may have much to do
	require.Contains(t, string(text), "timeout(2s)")
	text = bytes.Replace(text, []byte("timeout(2s)"), []byte("timeout(10m)"), 1)
	require.NoError(t, os.WriteFile(patient, text, 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, options{policy: patient}))
	told := regexp.MustCompile(`\d+(\.\d+)?m?s\n`).ReplaceAllString(out.String(), "…\n")
	require.Contains(t, told, `
ada wants to edit plans: yes
  has_paid took 2 attempts: [step `)
	require.Contains(t, told, `
bob wants to edit plans: no
  because bob would keep more than 1000 bytes
  because bob has open bills, and may only read
  [0] true is_active …
  [1.0.0] false is_owner …
`)
	require.Contains(t, told, "\nbob wants to read plans: yes\n")
	require.Contains(t, told, "\ncleo wants to edit plans: yes\n")
	require.Contains(t, told, `
dan wants to edit secrets: no
  because dan is suspended
  because dan may not edit secrets
  because dan has open bills, and may only read
`)
	require.Contains(t, told, "one after the other: …\nside by side: …\n")
	require.Contains(t, told, "In words:\n  all of:\n    is_active\n    all of, side by side:\n")
}

func TestAPolicyOfOnesOwnIsReadFromItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "my.rule")
	require.NoError(t, os.WriteFile(file, []byte(`has_role("root")`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, options{policy: file, request: Request{User: "ada"}}))
	require.Contains(t, out.String(), `because check failed: has_role("root")`)
	require.NoError(t, os.WriteFile(file, []byte("is_owner\n  & has_pid"), 0o600))
	err := run(t.Context(), &out, options{policy: file})
	require.EqualError(t, err, `my.rule:2:5: unknown rule "has_pid", did you mean has_paid?`)
}

func TestAPolicyWithAWinnerSaysWho(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "my.rule")
	require.NoError(t, os.WriteFile(file, []byte(`(is_owner | has_role("admin")):parallel`), 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, options{policy: file, request: Request{User: "ada", Owner: "ada"}}))
	require.Contains(t, out.String(), "\n  parallel_any was decided by is_owner\n")
}

// The policy needs no database and no service: a mock answers for both.
func TestThePolicyNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	down := errors.New("billing is down")
	edit, heavy := Request{User: "bob", Action: "edit", Bytes: 100}, Request{User: "bob", Action: "edit", Bytes: 101}
	for name, c := range map[string]struct {
		request Request
		billing func(*orchestratetest.Rule[HasPaid, bool])
		said    string
		err     error
	}{
		"who has paid may edit": {edit, func(r *orchestratetest.Rule[HasPaid, bool]) { r.Return(true) }, "", nil},
		"but not too much": {
			heavy, func(r *orchestratetest.Rule[HasPaid, bool]) { r.Return(true) },
			"bob would keep more than 1000 bytes", nil,
		},
		"what cannot be found out is neither yes nor no": {
			edit, func(r *orchestratetest.Rule[HasPaid, bool]) { r.Fail(down) }, "", down,
		},
		"nobody needs to pay for reading": {
			Request{User: "bob", Action: "read"},
			func(r *orchestratetest.Rule[HasPaid, bool]) { r.Fail(down).Maybe() }, "", nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // retries and timeouts take no time here
				policy, err := open("")
				require.NoError(t, err)
				mock := orchestratetest.NewMock(t)
				orchestratetest.OnType[IsActive](mock).Return(true)
				orchestratetest.OnType[IsPermitted](mock).Return(true)
				orchestratetest.OnType[UsedBytes](mock).Return(900)
				c.billing(orchestratetest.OnType[HasPaid](mock))
				exec := combinators.Parallelize()(executor.System(mock))
				v, err := orchestrate.Run(t.Context(), orchestrate.Bind(policy.Rule().Check, c.request), exec)
				if c.err != nil {
					require.ErrorIs(t, err, c.err)
					return
				}
				require.NoError(t, err)
				require.Equal(t, c.said == "", v.OK)
				if !v.OK {
					require.EqualError(t, v.Err(), c.said)
				}
			})
		})
	}
}
