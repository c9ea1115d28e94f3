package failures

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
	"github.com/baton-go/baton/orchestrate/rules"
)

// standard are the kinds that are always known. Their names stand in files and journals and never change; new ones go
// to the end of their list.
func standard() []Kind { return slices.Concat(sentinels(), errnos(), errorTypes()) }

// Standard is the list of the standard kinds alone.
var Standard = sync.OnceValue(func() *Kinds {
	k, err := NewKinds()
	if err != nil {
		panic(err)
	}
	return k
})

func sentinels() []Kind {
	return []Kind{
		Sentinel("context.Canceled", context.Canceled),
		Sentinel("context.DeadlineExceeded", context.DeadlineExceeded),
		Sentinel("executor.ErrNotDone", executor.ErrNotDone),
		Sentinel("executor.ErrNoBranches", executor.ErrNoBranches),
		Sentinel("orchestrate.ErrNotReady", orchestrate.ErrNotReady),
		Sentinel("io.EOF", io.EOF),
		Sentinel("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF),
		Sentinel("fs.ErrNotExist", fs.ErrNotExist),
		Sentinel("fs.ErrExist", fs.ErrExist),
		Sentinel("fs.ErrPermission", fs.ErrPermission),
		Sentinel("fs.ErrInvalid", fs.ErrInvalid),
		Sentinel("fs.ErrClosed", fs.ErrClosed),
		Sentinel("os.ErrDeadlineExceeded", os.ErrDeadlineExceeded),
		Sentinel("net.ErrClosed", net.ErrClosed),

		Sentinel("executor.ErrLent", executor.ErrLent),
		Sentinel("executor.ErrOver", executor.ErrOver),
		Sentinel("executor.ErrNoRun", executor.ErrNoRun),
		Sentinel("orchestrate.ErrSagaOver", orchestrate.ErrSagaOver),
		Sentinel("errors.ErrUnsupported", errors.ErrUnsupported),
		Sentinel("io.ErrClosedPipe", io.ErrClosedPipe),
		Sentinel("io.ErrNoProgress", io.ErrNoProgress),
		Sentinel("io.ErrShortBuffer", io.ErrShortBuffer),
		Sentinel("io.ErrShortWrite", io.ErrShortWrite),
		Sentinel("os.ErrProcessDone", os.ErrProcessDone),
		Sentinel("strconv.ErrRange", strconv.ErrRange),
		Sentinel("strconv.ErrSyntax", strconv.ErrSyntax),
		Sentinel("sql.ErrNoRows", sql.ErrNoRows),
		Sentinel("sql.ErrTxDone", sql.ErrTxDone),
		Sentinel("sql.ErrConnDone", sql.ErrConnDone),
		Sentinel("driver.ErrBadConn", driver.ErrBadConn),

		Sentinel("dataflow.ErrDefinition", dataflow.ErrDefinition),
		Sentinel("dataflow.ErrEmpty", dataflow.ErrEmpty),
		Sentinel("dataflow.ErrNotCallable", dataflow.ErrNotCallable),
		Sentinel("dataflow.ErrBadFunction", dataflow.ErrBadFunction),
		Sentinel("dataflow.ErrMissing", dataflow.ErrMissing),
		Sentinel("dataflow.ErrDuplicate", dataflow.ErrDuplicate),
		Sentinel("dataflow.ErrType", dataflow.ErrType),
		Sentinel("dataflow.ErrSetting", dataflow.ErrSetting),
		Sentinel("dataflow.ErrTooDeep", dataflow.ErrTooDeep),
		Sentinel("dataflow.ErrRun", dataflow.ErrRun),
		Sentinel("dataflow.ErrStep", dataflow.ErrStep),
		Sentinel("dataflow.ErrMerge", dataflow.ErrMerge),
		Sentinel("dataflow.ErrMap", dataflow.ErrMap),
		Sentinel("dataflow.ErrDispatch", dataflow.ErrDispatch),
		Sentinel("dataflow.ErrRepeat", dataflow.ErrRepeat),
	}
}

func errorTypes() []Kind {
	return []Kind{
		ErrorType[*executor.DecidedError]("executor.DecidedError"),
		ErrorType[*orchestrate.TimeoutError]("orchestrate.TimeoutError"),

		{name: "executor.PanicError", form: panicForm{}},
		ErrorType[*executor.StepError]("executor.StepError"),
		ErrorType[*executor.UnhandledError]("executor.UnhandledError"),
		ErrorType[*orchestrate.SagaError]("orchestrate.SagaError"),
		ErrorType[*backoff.RetryError]("backoff.RetryError"),
		ErrorType[*fs.PathError]("fs.PathError"),
		ErrorType[*os.LinkError]("os.LinkError"),
		ErrorType[*os.SyscallError]("os.SyscallError"),
		ErrorType[*strconv.NumError]("strconv.NumError"),
		ErrorType[*url.Error]("url.Error"),
		ErrorType[*dataflow.Error]("dataflow.Error"),
		ErrorType[*dataflow.MissingError]("dataflow.MissingError"),
		ErrorType[*dataflow.MergeError]("dataflow.MergeError"),
		ErrorType[*rules.FailedError]("rules.FailedError"),
	}
}
