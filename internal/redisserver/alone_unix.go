//go:build unix

package redisserver

import (
	"os/exec"
	"syscall"
)

// alone has a command run in a session of its own.
func alone(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
