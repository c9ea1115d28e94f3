package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// acknowledged is how many writes the traced process makes.
const acknowledged = 20

// childAcknowledge makes writes, and says of each when it has been acknowledged.
func childAcknowledge() {
	if err := acknowledge(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println("failed:", err)
	}
}

func acknowledge(ctx context.Context, p, mode, kind string) error {
	modes := map[string]sqlite.Synchronous{"FULL": sqlite.Full, "NORMAL": sqlite.Normal, "OFF": sqlite.Off}
	s, err := sqlite.OpenConfig(ctx, p, sqlite.Config{Synchronous: modes[mode]})
	if err != nil {
		return err
	}
	if _, err := s.Create(ctx, []store.Run{pending("a"), pending("b")}); err != nil {
		return err
	}
	c, err := s.Claim(ctx, store.Claim{Owner: "o", Lease: hour, Max: 2, Flows: []string{"flow"}})
	if err != nil {
		return err
	}
	a, b := c.Runs[0].Run, c.Runs[1].Run
	fmt.Println("ready")
	for n := range int64(acknowledged) {
		var err error
		switch kind {
		case "step":
			err = tryCommit(ctx, s, step(a, n))
		case "batch":
			err = tryCommit(ctx, s, step(a, n), step(b, n))
		case "create":
			_, err = s.Create(ctx, []store.Run{pending(fmt.Sprint("c", n))})
		case "send":
			_, err = s.Send(ctx, []store.Message{{Run: "a"}})
		case "transaction":
			_, err = do(store.WithRecorder(ctx, &recording{write: step(a, n)}), sqlite.Transact(s, noPayment))
		}
		if err != nil {
			return err
		}
		fmt.Println("acknowledged", n)
	}
	return s.Close()
}

// traceOf runs the process under strace, and returns what it told the system, and where its files are.
func traceOf(t *testing.T, mode, kind string) (trace, dir string) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("BATON_REQUIRE_ALL") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	p := path(t)
	c := children.Command(t, "acknowledge", p, mode, kind)
	file := filepath.Join(t.TempDir(), "trace")
	c.Args = append([]string{
		strace, "-f", "-y", "-o", file, "-e", "trace=write,pwrite64,fsync,fdatasync", c.Path,
	}, c.Args[1:]...)
	c.Path = strace
	out, err := c.Output()
	require.NoError(t, err)
	require.Equal(t, acknowledged, strings.Count(string(out), "acknowledged"), string(out))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	dir, err = filepath.EvalSymlinks(filepath.Dir(p))
	require.NoError(t, err)
	return string(text), dir
}

var (
	wrote  = regexp.MustCompile(`pwrite64\(\d+<[^>]*-wal>`)
	syncs  = regexp.MustCompile(`^(\d+) +(?:fsync|fdatasync)\(\d+<([^>]*)>\)? *(= 0|<unfinished)`)
	synced = regexp.MustCompile(`^(\d+) +<\.\.\. (?:fsync|fdatasync) resumed>\) *= 0`)
	told   = regexp.MustCompile(`write\(1<[^>]*>, "acknowledged`)
)

// checkTrace returns an error if a write was acknowledged before all that was written to the log was on the disk, and
// how often the disk was asked for that.
func checkTrace(trace string) (asked int, err error) {
	_, trace, _ = strings.Cut(trace, `"ready`)
	var seen int
	var unsafe, nothing bool
	nothing = true
	going := map[string]bool{} // by the number of the thread: it syncs the log
	for line := range strings.Lines(trace) {
		switch {
		case wrote.MatchString(line):
			unsafe, nothing = true, false
		case told.MatchString(line):
			if unsafe || nothing {
				return asked, fmt.Errorf("write %d was acknowledged too early", seen)
			}
			seen++
			nothing = true
			if seen == acknowledged {
				return asked, nil
			}
		default:
			if m := syncs.FindStringSubmatch(line); m != nil && strings.HasSuffix(m[2], "-wal") {
				asked++
				if m[3] == "= 0" {
					unsafe = false
				} else {
					going[m[1]] = true
				}
			} else if m := synced.FindStringSubmatch(line); m != nil && going[m[1]] {
				unsafe = false
				delete(going, m[1])
			}
		}
	}
	return asked, fmt.Errorf("%d writes were acknowledged", seen)
}

func TestWhatIsAcknowledgedIsOnTheDisk(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"step", "batch", "create", "send", "transaction"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			trace, dir := traceOf(t, "FULL", kind)
			asked, err := checkTrace(trace)
			require.NoError(t, err)
			opened, _, _ := strings.Cut(trace, `"ready`)
			require.Regexp(t, `fsync\(\d+<`+regexp.QuoteMeta(dir)+`>`, opened) // the names of the files are, too
			require.Equal(t, acknowledged, asked)                              // and no more often than it must
		})
	}
}

func TestAStoreThatDoesNotAskTheDiskFailsTheCheck(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"NORMAL", "OFF"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			trace, _ := traceOf(t, mode, "step")
			_, err := checkTrace(trace)
			require.EqualError(t, err, "write 0 was acknowledged too early")
		})
	}
}
