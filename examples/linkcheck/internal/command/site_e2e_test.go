package command_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/examples/linkcheck/internal/command"
)

// remoteLinks is a page of links to hosts that answer, well or badly.
const remoteLinks = `-- links.md --
- [alive](http://good.site/)
- [anchor](http://good.site/#here)
- [GitHub's](http://good.site/#there)
- [no](http://good.site/#her)
- [busy](http://busy.site/)
- [blocked](http://blocked.site/)
- [flaky](http://flaky.site/)
- [down](http://down.site/)
- [loop](http://loop.site/a)
- [chain](http://chain.site/)
- [old](http://moved.site/old)
- [now](http://moved.site/now)
- [nowhere](http://moved.site/nowhere)
- [mail](http://moved.site/mail)
- [reset](http://reset.site/)
- [cut](http://cut.site/#a)
- [405](http://nohead.site/405)
- [403](http://nohead.site/403)
- [404](http://nohead.site/404)
- [501](http://nohead.site/501)
- [500](http://nohead.site/500)
- [401](http://private.site/401)
- [403](http://private.site/403)
- [999](http://private.site/999)
- [refused](http://refused.site/)
- [nowhere](http://nowhere.site/)
- [TLS](https://good.site/)
- [not TLS](https://good.site:80/)
- [garbage](http://garbage.site/)
- [gone](http://good.site/gone)
- [missing](http://good.site/missing)
- [pdf](http://good.site/pdf#page=2)
- [again](http://good.site)
- [lines](http://good.site/#L10)
- [deep](http://hostile.site/deep#deep)
- [invalid](http://hostile.site/invalid#ok)
- [attr](http://hostile.site/attribute#far)
- [anchors](http://hostile.site/anchors#a262143)
- [anchors](http://hostile.site/anchors#b)
- [endless](http://hostile.site/endless#x)
- [header](http://hostile.site/header)
- [reset](http://nohead.site/reset)
`

func TestAServerThatMisbehavesIsReportedForWhatItDoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root := plant(t, remoteLinks)
	var out, complaints bytes.Buffer
	c := command.Command{Out: &out, Err: &complaints, Transport: s.transport}
	code := c.Run(t.Context(), []string{"-timeout=1m", "-retries=1", "-rate=100", root})
	require.Equal(t, command.Dead, code)
	require.Empty(t, complaints.String())
	golden(t, "misbehaving.golden", strings.ReplaceAll(out.String(), root+"/", ""))

	require.Equal(t, 1, s.asked("GET good.site/"), "links that differ in the fragment only are one question")
	require.Equal(t, 2, s.asked("HEAD busy.site/"))
	require.Equal(t, 1, s.asked("HEAD flaky.site/"))
	require.Equal(t, 2, s.asked("GET flaky.site/"), "the first retry of HEAD is GET")
	require.Equal(t, 1, s.asked("HEAD good.site/gone"))
	require.Equal(t, 1, s.asked("GET nohead.site/405"))
}

func TestAServerThatDoesNotAnswerInTimeIsUnreachable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root := plant(t, `-- links.md --
[a](http://sleepy.site/)
[b](http://drip.site/)
[c](http://hostile.site/stuck#soon)
`)
	var out, complaints bytes.Buffer
	c := command.Command{Out: &out, Err: &complaints, Transport: s.transport}
	code := c.Run(t.Context(), []string{"-timeout=100ms", "-retries=0", root})
	require.Equal(t, command.Dead, code)
	require.Empty(t, complaints.String())
	// A machine that stops for so long says so, and sends no request.
	told := strings.NewReplacer(root+"/", "", "not started: ", "").Replace(out.String())
	require.Equal(t, `links.md
  1:1  dead  http://sleepy.site/  not done within 100ms
  2:1  dead  http://drip.site/  not done within 100ms
  3:1  dead  http://hostile.site/stuck#soon  not done within 100ms

3 dead links in 1 document with 3 links
`, told)
}

func TestAnInterruptReportsWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	root := plant(t, "-- links.md --\n[dead](gone.md) [sleepy](http://sleepy.site/)\n")
	var out, complaints bytes.Buffer
	c := command.Command{Out: &out, Err: &complaints, Transport: s.transport}
	ctx, interrupt := context.WithCancel(t.Context())
	codes := make(chan int)
	go func() { codes <- c.Run(ctx, []string{root}) }()
	require.Eventually(t, func() bool { return s.asked("HEAD sleepy.site/") == 1 }, tooLong, pollEvery)
	interrupt()
	require.Equal(t, command.Dead, <-codes)
	require.Contains(t, out.String(), "1:1  dead  gone.md")
	require.Contains(t, out.String(), "1 dead link in 1 document with 2 links; interrupted, so there may be more\n")
	require.Empty(t, complaints.String())
}
