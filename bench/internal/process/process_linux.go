package process

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// CPU is for how long the process has kept processors busy.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Written is how many bytes the process has handed over to files.
func Written() int64 { return field("/proc/self/io", "wchar:") }

// Resident is how many bytes of memory the process has.
func Resident() int64 { return field("/proc/self/status", "VmRSS:") * 1024 }

// MostResident is how many bytes of memory the process had at most.
func MostResident() int64 { return field("/proc/self/status", "VmHWM:") * 1024 }

func field(path, name string) int64 {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.Fields(v)[0], 10, 64)
			return n
		}
	}
	return 0
}
