//go:build !plan9

package failures

import "syscall"

// errnos are the error numbers that programs ask for. They are recorded by name, as sentinels: the numbers are others
// on every system.
func errnos() []Kind {
	return []Kind{
		Sentinel("syscall.ECONNREFUSED", syscall.ECONNREFUSED),
		Sentinel("syscall.ECONNRESET", syscall.ECONNRESET),
		Sentinel("syscall.ECONNABORTED", syscall.ECONNABORTED),
		Sentinel("syscall.EPIPE", syscall.EPIPE),
		Sentinel("syscall.ETIMEDOUT", syscall.ETIMEDOUT),
		Sentinel("syscall.EHOSTUNREACH", syscall.EHOSTUNREACH),
		Sentinel("syscall.ENETUNREACH", syscall.ENETUNREACH),
		Sentinel("syscall.EADDRINUSE", syscall.EADDRINUSE),
		Sentinel("syscall.ENOSPC", syscall.ENOSPC),
		Sentinel("syscall.EDQUOT", syscall.EDQUOT),
		Sentinel("syscall.EROFS", syscall.EROFS),
		Sentinel("syscall.EIO", syscall.EIO),
		Sentinel("syscall.EBUSY", syscall.EBUSY),
		Sentinel("syscall.EAGAIN", syscall.EAGAIN),
		Sentinel("syscall.EINTR", syscall.EINTR),
		Sentinel("syscall.EINVAL", syscall.EINVAL),
		Sentinel("syscall.ENOENT", syscall.ENOENT),
		Sentinel("syscall.EEXIST", syscall.EEXIST),
		Sentinel("syscall.EACCES", syscall.EACCES),
		Sentinel("syscall.EPERM", syscall.EPERM),
	}
}
