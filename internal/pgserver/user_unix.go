//go:build unix

package pgserver

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// unprivileged is as whom the server runs if this process is root's.
func unprivileged() (uid, gid int) {
	const nobody = 65534
	if u, err := user.Lookup("postgres"); err == nil {
		uid, errUID := strconv.Atoi(u.Uid)
		gid, errGID := strconv.Atoi(u.Gid)
		if errUID == nil && errGID == nil {
			return uid, gid
		}
	}
	return nobody, nobody
}

// asUser has a command run as somebody who is not root, in a session of its own.
func asUser(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() == 0 {
		uid, gid := unprivileged()
		c.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
}

// giveAway gives a directory to whom the server runs as.
func giveAway(dir string) error {
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid := unprivileged()
	return os.Chown(dir, uid, gid)
}
